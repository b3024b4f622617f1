/** What the world's code names and never calls: connections, files, secrets that AWS keeps, workbooks, proofs. */
function absent(): never {
  throw new Error('the world in the browser has no network and no files');
}

export class AddressRefused extends Error {}

export const NO_SHEET = { crc: 0, bytes: 0, compressed: 0 };

export {
  absent as archiveBegin,
  absent as archiveEnd,
  absent as join,
  absent as proofTemplate,
  absent as readFile,
  absent as serve,
  absent as sheetPart,
  absent as versionFetcher,
  absent as workbookOf,
};
