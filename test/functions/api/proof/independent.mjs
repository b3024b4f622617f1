// A checker that somebody else could have written: from docs/proof.md, with nothing of this project.
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const b64 = (bytes) => bytes.toString('base64url');
const round = (a, b) => {
  const x = BigInt(a) * BigInt(b);
  const r = ((x < 0n ? -x : x) + 5000n) / 10000n;
  return Number(x < 0n ? -r : r) || 0;
};

/** JSON.stringify, then `<`, the byte 127 and all above it as \\u and four small digits. */
const spell = (value) =>
  JSON.stringify(value)
    .split('')
    .map((unit) =>
      unit === '<' || unit.charCodeAt(0) >= 127
        ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        : unit,
    )
    .join('');

/** How a line names an event of `GET /v1/vouchers/{platform}/{voucherId}`, as the operator is shown it. */
export function nameOf(event) {
  const { kind, platform, merchantId, orderId, voucherId, eventId, amounts } = event;
  const at = new Date(Date.parse(event.occurredAt) + 8 * 3_600_000).toISOString().slice(0, 23);
  const fen = amounts
    ? [
        ...[amounts.paidFen, amounts.platformDiscountFen, amounts.merchantDiscountFen],
        ...[amounts.paymentDiscountFen, amounts.originalFen],
      ]
    : [];
  const ids = [kind, platform, merchantId, orderId, voucherId, eventId];
  return b64(sha(spell([...ids, `${at}+08:00`, ...fen, event.deliveryId]))).slice(0, 22);
}

/** The values of a list as they stand in it; none of them is a list. */
const standing = (body) => body.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^",]+/g);

/** @param {Buffer} file @returns {string[]} what is wrong with it */
export function complaints(file) {
  const wrong = [];
  const want = (what, ok) => {
    if (!ok) wrong.push(what);
  };
  const open = '<script type="text/plain" id="proof">\n';
  const all = file.toString('latin1');
  const from = all.indexOf(open) + open.length;
  const to = all.indexOf('\nend\n</script>', from) + 4;
  const isFile = all.includes(open);
  const text = isFile ? all.slice(from, to) : all.trimEnd();
  const rows = text.split('\n');
  want('ends', rows[0] === 'hexiao-proof 1' && rows.at(-1) === 'end');
  const parts = rows.slice(1, -1).map((row) => {
    const [, word, check, body] = /^([a-z]+) (\S{22}) (.*)$/.exec(row) ?? [row, '', '', ''];
    const leaf = sha(Buffer.of(0), body);
    want(`check ${word}`, b64(leaf).slice(0, 22) === check);
    return { word, body, leaf };
  });
  const of = (word) => parts.filter((part) => part.word === word);
  const head = JSON.parse(of('head')[0].body);
  const raw = Buffer.from(of('key')[0].body, 'base64url');
  want('key', b64(sha(raw)).slice(0, 22) === head.key);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: b64(raw) },
    format: 'jwk',
  });
  const signature = Buffer.from(of('sign')[0].body, 'base64url');
  want('signature', verify(null, Buffer.from(of('head')[0].body), key, signature));

  let block = [];
  for (const { word, body } of parts) {
    if (word === 'line') block.push(standing(body));
    if (word !== 'block') continue;
    const [count, ...columns] = JSON.parse(body);
    want('block', count === block.length && columns.length === 18);
    for (const [at, name] of columns.entries()) {
      const values = block.map((row) => row[at]).join('\n');
      want(`block ${at}`, b64(sha(values)).slice(0, 22) === name);
    }
    block = [];
  }
  want('last block', block.length === 0 || !isFile);

  const contracts = new Map();
  for (let i = 0; i < parts.length; i += 1) {
    if (parts[i].word !== 'contract') continue;
    const bodies = [parts[i].body];
    while (parts[i + bodies.length].word === 'rate') bodies.push(parts[i + bodies.length].body);
    const rates = new Map(bodies.slice(1).flatMap((body) => JSON.parse(body)));
    const name = b64(sha(bodies.join('\n'))).slice(0, 22);
    contracts.set(name, { ...JSON.parse(bodies[0]), rates });
  }
  const lines = of('line').map(({ body }) => JSON.parse(body));
  const byEntry = new Map(lines.map((line) => [line[0], line]));
  const taken = new Map();
  for (const line of lines) {
    const [entry, kind, , platform, merchant, , , basis, share, amount, rate, commission] = line;
    const [product, , name, back] = line.slice(12);
    if (kind === 'tier') continue;
    const contract = contracts.get(name);
    if (name !== null && contract === undefined && isFile) want(`${entry} contract`, false);
    if (contract !== undefined) {
      want(`${entry} of`, contract.platform === platform && contract.merchantId === merchant);
      want(`${entry} share`, share <= contract.shareBp);
      const rateOf =
        contract.commission === 'account' ? contract.rateBp : (contract.rates.get(product) ?? 0);
      want(`${entry} rate`, rate === rateOf);
    }
    if (back !== null) {
      const original = byEntry.get(back);
      if (original === undefined) continue;
      want(
        `${entry} same`,
        [8, 10, 14].every((at) => line[at] === original[at]),
      );
      const sum = (taken.get(back) ?? original[9]) + amount;
      taken.set(back, sum);
      want(`${entry} too much`, original[9] >= 0 ? sum >= 0 : sum <= 0);
      continue;
    }
    const off = Math.abs(amount * 10000 - basis * share);
    want(`${entry} amount`, share === 10000 ? amount === basis : off < 10000);
    want(`${entry} commission`, commission === (kind === 'payment' ? 0 : round(amount, rate)));
  }

  const [path] = of('path').map(({ body }) => JSON.parse(body));
  if (path !== undefined) {
    let [at, last, hash] = [path[0], head.lines - 1, of('line')[0].leaf];
    const rest = path.slice(1).map((one) => Buffer.from(one, 'base64url'));
    for (; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
      if (at % 2 === 0 && at === last) continue;
      const beside = rest.shift() ?? Buffer.alloc(32);
      hash = at % 2 === 0 ? sha(Buffer.of(1), hash, beside) : sha(Buffer.of(1), beside, hash);
    }
    want('root', b64(hash) === head.root && rest.length === 0);
    return wrong;
  }
  want('lines', lines.length === head.lines);
  want('root', b64(treeHash(of('line').map(({ leaf }) => leaf))) === head.root);
  const summed = parts.filter(({ word }) => word === 'totals' || word === 'tier');
  want('totals', b64(sha(summed.map(({ body }) => body).join('\n'))) === head.totals);
  want('page', b64(sha(file.subarray(0, from), file.subarray(to))) === head.page);

  const totals = JSON.parse(of('totals')[0].body);
  const sums = { month: Array(8).fill(0), adjustments: Array(8).fill(0) };
  const month = head.statement.slice(0, 7);
  const byTier = new Map();
  for (const line of lines) {
    const [, kind, at, , , , count, , , amount, , commission] = line;
    const sum = at.slice(0, 10) < `${month}-01` ? sums.adjustments : sums.month;
    const isPaid = kind === 'payment' || kind === 'unused_refund';
    const redeemed = isPaid || kind === 'tier' ? 0 : amount;
    sum[0] += 1;
    sum[1] += isPaid ? amount : 0;
    sum[2] += redeemed;
    sum[3] += isPaid || kind === 'tier' ? 0 : count;
    sum[4] -= kind === 'reversal' ? amount : 0;
    sum[5] -= kind === 'reversal' ? count : 0;
    sum[6] -= kind === 'refund' ? amount : 0;
    sum[7] += commission;
    const contract = contracts.get(line[14]);
    if (contract === undefined || kind === 'tier') continue;
    const name = `${contract.contractId} ${line[13] ?? at.slice(0, 7)}`;
    const [r, c] = byTier.get(name) ?? [0, 0];
    byTier.set(name, [r + redeemed, c + commission]);
  }
  want(
    'sums',
    JSON.stringify([totals.month, totals.adjustments]) === JSON.stringify(Object.values(sums)),
  );
  const due = sums.month[7] + sums.adjustments[7] + totals.openingFen;
  want('balance', totals.payableFen === Math.max(0, due) && totals.carriedFen === Math.min(0, due));
  for (const { body } of of('tier')) {
    const [name, of, r0, c0, s0, r1, c1, settled] = JSON.parse(body);
    const contract = contracts.get(name);
    const own = byTier.get(`${contract.contractId} ${of}`) ?? [0, 0];
    want('tier own', own[0] === r1 && own[1] === c1);
    const steps = [[0, contract.rateBp], ...contract.tiers];
    const earned = steps.reduce((sum, [start, rate], i) => {
      const until = steps[i + 1]?.[0] ?? Number.MAX_SAFE_INTEGER;
      const over = i === 0 ? r0 + r1 : Math.max(0, r0 + r1 - start);
      return sum + round(Math.min(over, until - start), rate);
    }, 0);
    want('tier settled', earned - c0 - c1 - s0 === settled);
  }
  return wrong;
}

function treeHash(leaves) {
  if (leaves.length === 0) return sha('');
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha(Buffer.of(1), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}
