import { readFile } from 'node:fs/promises';
import { print, printList } from './print.ts';
import { need, type Remote } from './remote.ts';

/** `growth standing [PROGRAMME_ID]`: the programmes, or where a provider stands in one. @returns the exit code */
export async function standing(
  remote: Remote,
  [programmeId = '']: readonly string[],
  whose: Readonly<Record<string, string>>,
  json: boolean | undefined,
): Promise<number> {
  if (programmeId !== '') {
    print(await remote.get('/v1/standing', { ...whose, programmeId }));
    return 0;
  }
  const columns = ['programmeId', 'name', 'period', 'measure', 'version'];
  printList(await remote.get('/v1/programmes'), { rows: 'programmes', columns, json });
  return 0;
}

/** `growth programme PROGRAMME_ID FILE`: writes one down from a JSON file. @returns the exit code */
export async function programme(
  remote: Remote,
  [programmeId, file]: readonly string[],
): Promise<number> {
  const own = encodeURIComponent(need(programmeId, 'the programme’s id'));
  const body: unknown = JSON.parse(await readFile(need(file, 'the JSON file'), 'utf8'));
  print(await remote.put(`/v1/programmes/${own}`, Object(body) as object));
  return 0;
}
