/**
 * Ids in the platform's manner: digits in a string, mostly beyond 2^53, so that a reader which lets
 * them become numbers is found out.
 */
const SHAPES = {
  merchant: { prefix: '73', width: 17 },
  store: { prefix: '66', width: 17 },
  product: { prefix: '1805', width: 12 },
  order: { prefix: '106', width: 16 },
  item: { prefix: '107', width: 16 },
  certificate: { prefix: '74', width: 17 },
  verify: { prefix: '75', width: 17 },
  code: { prefix: 'CgYIASAHKAESLgos', width: 12 },
  afterSale: { prefix: '76', width: 17 },
  buyer: { prefix: '_000sandboxBuyer', width: 8 },
  log: { prefix: '02176', width: 32 },
} as const;

export type IdKind = keyof typeof SHAPES;

/** Gives a new id of the kind at every call. */
export type IdSource = (kind: IdKind) => string;

/** Counts from 1 for each kind: the same calls give the same ids. */
export function countingIds(): IdSource {
  const counts = new Map<IdKind, number>();
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return SHAPES[kind].prefix + String(count).padStart(SHAPES[kind].width, '0');
  };
}
