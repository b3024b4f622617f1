// @ts-check
// Computes a month again from the lines of its proof.

import { LINE_COLUMNS } from './read.js';

/** @typedef {Record<string, any>} Fields */

const MEASURES = [
  ...['entryCount', 'paidFen', 'redeemedFen', 'redeemedCount', 'reversedFen', 'reversedCount'],
  ...['refundedFen', 'commissionFen'],
];

/** `fen × part / 10000`, rounded half up on the absolute value. @param {number} fen @param {number} part */
function ofWhole(fen, part) {
  const plain = 2 * Math.abs(fen) * part + 10_000;
  // Exact as a plain number, several times faster.
  if (plain < 2 ** 53) {
    const whole = (plain - (plain % 20_000)) / 20_000;
    return fen < 0 && whole !== 0 ? -whole : whole;
  }
  const product = BigInt(fen) * BigInt(part);
  const rounded = ((product < 0n ? -product : product) * 2n + 10_000n) / 20_000n;
  return Number(product < 0n ? -rounded : rounded) + 0;
}

/** A body of a line as its fields. @param {string} body @returns {Fields} */
export function fieldsOf(body) {
  const values = JSON.parse(body);
  return Object.fromEntries(LINE_COLUMNS.map((name, i) => [name, values[i]]));
}

/** @param {number[]} sums @param {Fields} row */
function addRow(sums, { kind, amountFen, count, commissionFen }) {
  const add = (/** @type {number} */ measure, /** @type {number} */ value) => {
    sums[measure] = (sums[measure] ?? 0) + value;
  };
  add(0, 1);
  add(7, commissionFen);
  if (kind === 'payment' || kind === 'unused_refund') add(1, amountFen);
  else if (kind !== 'tier') {
    add(2, amountFen);
    add(3, count);
    if (kind === 'reversal') add(4, -amountFen);
    if (kind === 'reversal') add(5, -count);
    if (kind === 'refund') add(6, -amountFen);
  }
}

/**
 * What of a line does not come to what it says.
 * @param {Fields} row @param {Map<string, Fields>} contracts
 * @param {boolean} isAlone a line's own proof leaves a contract out that is too long for a mail
 * @returns {{ field: string, expected: string | number }[]}
 */
export function faultsOfRow(row, contracts, isAlone) {
  /** @type {{ field: string, expected: string | number }[]} */
  const faults = [];
  const wants = (/** @type {string} */ field, /** @type {string | number} */ expected) => {
    if (row[field] !== expected) faults.push({ field, expected });
  };
  const contract = row.contract === null ? undefined : contracts.get(row.contract);
  if (row.contract !== null && contract === undefined && !isAlone) {
    return [{ field: 'contract', expected: 'a contract of this file' }];
  }
  if (row.kind === 'tier') return faults;
  if (row.contract === null) wants('rateBp', 0);
  if (contract !== undefined) {
    if (row.platform !== contract.platform) wants('platform', contract.platform);
    if (row.merchantId !== contract.merchantId) wants('merchantId', contract.merchantId);
    if (row.shareBp > contract.shareBp) wants('shareBp', contract.shareBp);
    wants('rateBp', rateOfRow(row, contract));
  }
  if (row.takesBack !== null) return faults;
  // Shares are dealt out so that they add up: one may be a fen above or below its exact part.
  const isShared = row.shareBp < 10_000;
  if (!isShared) wants('amountFen', row.basisFen);
  else if (isBeyondAFen(row)) wants('amountFen', ofWhole(row.basisFen, row.shareBp));
  wants('commissionFen', row.kind === 'payment' ? 0 : ofWhole(row.amountFen, row.rateBp));
  return faults;
}

/** @param {Fields} row */
function isBeyondAFen({ basisFen, shareBp, amountFen }) {
  const off = BigInt(amountFen) * 10_000n - BigInt(basisFen) * BigInt(shareBp);
  return off <= -10_000n || off >= 10_000n;
}

/** @param {Fields} row @param {Fields} contract */
function rateOfRow({ productId }, { commission, rateBp, rates }) {
  if (commission === 'account') return rateBp;
  return rates.get(productId) ?? 0;
}

/**
 * What takes a line of this file back takes no more than there is.
 * @param {readonly Fields[]} rows
 * @returns {{ row: number, field: string, expected: string | number }[]}
 */
export function faultsOfReversing(rows) {
  const byEntry = new Map(rows.map((row, index) => [row.entry, { row, index }]));
  const left = new Map();
  const faults = [];
  for (const [index, row] of rows.entries()) {
    const original = row.takesBack === null ? undefined : byEntry.get(row.takesBack)?.row;
    if (original === undefined) continue;
    for (const field of ['shareBp', 'rateBp', 'contract']) {
      if (row[field] !== original[field]) {
        faults.push({ row: index, field, expected: original[field] });
      }
    }
    for (const field of ['amountFen', 'commissionFen']) {
      const name = `${row.takesBack} ${field}`;
      const rest = (left.get(name) ?? original[field]) + row[field];
      left.set(name, rest);
      const isBeyond = original[field] < 0 ? rest > 0 : rest < 0;
      if (isBeyond) faults.push({ row: index, field, expected: row[field] - rest });
    }
  }
  return faults;
}

/** What tiers earn on a month's redeemed GMV. @param {number} fen @param {Fields} contract */
function tieredFen(fen, { rateBp, tiers }) {
  const steps = [[0, rateBp], ...[...(tiers ?? [])].sort((a, b) => a[0] - b[0])];
  return steps.reduce((sum, [from, rate], index) => {
    const until = steps[index + 1]?.[0] ?? Number.MAX_SAFE_INTEGER;
    const over = index === 0 ? fen : Math.max(0, fen - from);
    return sum + ofWhole(Math.min(over, until - from), rate);
  }, 0);
}

/**
 * @param {readonly Fields[]} rows @param {readonly Fields[]} tiers @param {Map<string, Fields>} contracts
 * @returns {{ tier: number, field: string, expected: number }[]}
 */
export function faultsOfTiers(rows, tiers, contracts) {
  const sums = new Map();
  for (const row of rows) {
    const contract = contracts.get(row.contract);
    if (contract === undefined) continue;
    const month = row.tierMonth ?? row.occurredAt.slice(0, 7);
    const isTier = row.kind === 'tier';
    const name = isTier ? `${contract.contractId} tier` : `${contract.contractId} ${month}`;
    const sum = sums.get(name) ?? { redeemedFen: 0, commissionFen: 0 };
    if (!isTier && row.kind !== 'payment' && row.kind !== 'unused_refund') {
      sum.redeemedFen += row.amountFen;
    }
    sum.commissionFen += row.commissionFen;
    sums.set(name, sum);
  }
  const settled = new Map();
  const faults = [];
  for (const [index, tier] of tiers.entries()) {
    const contract = contracts.get(tier.contract);
    if (contract === undefined) continue;
    const own = sums.get(`${contract.contractId} ${tier.month}`) ?? {
      ...{ redeemedFen: 0, commissionFen: 0 },
    };
    const { redeemedBeforeFen, commissionBeforeFen, settledBeforeFen } = tier;
    const due =
      tieredFen(redeemedBeforeFen + own.redeemedFen, contract) -
      (commissionBeforeFen + own.commissionFen + settledBeforeFen);
    for (const [field, expected] of Object.entries({ ...own, settledFen: due })) {
      if (tier[field] !== expected) faults.push({ tier: index, field, expected });
    }
    settled.set(contract.contractId, (settled.get(contract.contractId) ?? 0) + tier.settledFen);
  }
  for (const [contractId, fen] of settled) {
    const booked = sums.get(`${contractId} tier`)?.commissionFen ?? 0;
    if (booked !== fen) faults.push({ tier: 0, field: 'settledFen', expected: booked });
  }
  return faults;
}

/** @param {readonly Fields[]} rows @param {Fields} totals @param {string} month YYYY-MM */
export function faultsOfTotals(rows, totals, month) {
  const own = MEASURES.map(() => 0);
  const late = MEASURES.map(() => 0);
  for (const row of rows) addRow(row.occurredAt < `${month}-01` ? late : own, row);
  const faults = [];
  for (const [part, sums] of Object.entries({ month: own, adjustments: late })) {
    for (const [i, measure] of MEASURES.entries()) {
      const said = totals[part][i];
      if (said !== sums[i]) faults.push({ field: `${part}.${measure}`, expected: sums[i], said });
    }
  }
  const commissionFen = (own[7] ?? 0) + (late[7] ?? 0);
  const balance = totals.openingFen + commissionFen;
  const payableFen = Math.max(0, balance);
  const wanted = { commissionFen, payableFen, carriedFen: balance - payableFen };
  for (const [field, expected] of Object.entries(wanted)) {
    if (totals[field] !== expected) faults.push({ field, expected, said: totals[field] });
  }
  return faults;
}
