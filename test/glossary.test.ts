import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/**
 * Ordinary English (also the other forms of the glossary's verbs) and the common words of programming, which
 * mean here what they mean anywhere; sorted. A word of the trade, of a platform, or of this project's own
 * belongs into the glossary of ARCHITECTURE.md.
 */
const ORDINARY = `
about access account acknowledge action add address aes affected after again alarm all amount answer archived
as ask asset async authorized awaited aws back bar batch begin beyond body book booked both bundle buyer byte
call caller card catalogue change chapter charge check cipher city cli client close closer code column command
compare compared comparison compress conclude conclusion condition consumed context contradict control cost
count counted credential crypto csv dashboard decision demo deployed deps destroy difference digit document
documented done drive dropped dry due element empty end enter environment erase erased error estimate exchange
explain explained extra failure fate feature fetch field file filter form format found frame from front
function given group grouping hand hash header help hexiao hit hole html http hub icon id in index inner input
is issue issued item json kept key kind known lag lambda language largest layout lazy leaf least lifetime
limit limiter line lint listed live local lock log made main map markdown markup matched matching may meaning
measured memory message method metric misbehaving misbehaviour mode model module money nag name named
navigation need new no not note numbered oauth object of once one open openapi option other our outcome
outgoing outside overview own packing page pager paid parameter parse part partition passed pasted patience
payload payment pipeline place play played point poller position posted prefix prepared price print privacy
process product progress props prose purchase purpose query question queue quota random range ranked rate
reach read reader reading reason rebuild received recorded recover redeem redeemed redeeming redriven ref
reference refusal refused registered registering registry remote repeat repeatable repeated replayed report
reported request resolve resource response restate restated restating result retry reverse reversible rolled
route row rule run running say scan scanner scanning search second secret seed send sender sending sent
sentence served server service session setting shanghai shape shared short sifted sign signature signed
simulate size sold sort sorted source spec spelling sqs stack stamp start state status step stock stored sum
synth table tag take taken template terminal text theme thread throughput tiered time today token topic total
transport trend type unlisted unread unredeemed up upgrade url usage use used validity value verb verify
version view viewer wait waiting wanted watch watched who whole whose width window word work workbook writer
xlsx xml
`
  .trim()
  .split(/\s+/);

/** Words that end in an s and are one thing. */
const SINGULAR = new Set([
  'aes',
  'aws',
  'cps',
  'deps',
  'https',
  'progress',
  'props',
  'sqs',
  'status',
]);

function singular(word: string): string {
  if (SINGULAR.has(word) || /(ss|us|is)$/.test(word) || word.length < 3) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .filter((word) => word.length > 1)
    .map((word) => singular(word.toLowerCase()));
}

const EXPORTED_TYPE =
  /^export (?:declare )?(?:abstract )?(?:type|interface|class|enum) ([A-Za-z]\w*)/gm;

/** Each word in the names of source files, folders and exported types, with the first place it stands. */
function usedWords(): Map<string, string> {
  const used = new Map<string, string>();
  const note = (name: string, place: string) => {
    for (const word of wordsOf(name)) if (!used.has(word)) used.set(word, place);
  };
  const folders = ['lib', 'functions', 'infra'];
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...folders], {
    encoding: 'utf8',
  });
  for (const file of files.split('\n').filter((name) => name.endsWith('.ts'))) {
    note(file.replace(/(\.d)?\.ts$/, '').replace(/^\w+\//, ''), file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(EXPORTED_TYPE)) {
      note(name, `${file}: ${name}`);
    }
  }
  return used;
}

/** The glossary's terms, each as its words; a row may explain several, with commas between. */
function glossary(text: string): Map<string, string[]> {
  const section = text.split('\n## ').find((one) => one.startsWith('The words')) ?? '';
  const rows = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell);
  const terms = rows
    .filter((cell) => cell !== 'word')
    .flatMap((cell) => cell.replace(/\([^)]*\)/g, '').split(','))
    .map((term) => term.trim());
  return new Map(terms.map((term) => [term, wordsOf(term)]));
}

const used = usedWords();
const terms = glossary(readFileSync('ARCHITECTURE.md', 'utf8'));
const explained = new Set([...terms.values()].flat());

describe('the words in the names of files and exported types', () => {
  test('each stands in the glossary of ARCHITECTURE.md or is an ordinary word', () => {
    const ordinary = new Set(ORDINARY);
    const strange = [...used]
      .filter(([word]) => !explained.has(word) && !ordinary.has(word))
      .map(([word, place]) => `${word} (${place})`);
    expect(used.size).toBeGreaterThan(300);
    expect(strange).toEqual([]);
  });

  test('the glossary explains each term once, and only terms that the code uses', () => {
    const unused = [...terms].filter(([, words]) => !words.some((word) => used.has(word)));
    expect(terms.size).toBeGreaterThan(80);
    expect(unused.map(([term]) => term)).toEqual([]);
  });

  test('an ordinary word is used, stands once and in order, and is not explained', () => {
    expect(ORDINARY.filter((word) => !used.has(word))).toEqual([]);
    expect(ORDINARY.filter((word) => explained.has(word))).toEqual([]);
    expect(ORDINARY).toEqual([...new Set(ORDINARY)].sort());
  });
});

describe('the search for them', () => {
  test.each([
    ['codePools', ['code', 'pool']],
    ['HTTPAddressRefused', ['http', 'address', 'refused']],
    ['policies-by-status', ['policy', 'by', 'status']],
    ['sandboxes', ['sandbox']],
  ])('reads %s as its words', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  test('reads the terms of a row one by one, without what is in brackets', () => {
    const text =
      '\n## The words\n\n| word | meaning |\n|---|---|\n| merchant (商家), times card | x |\n';
    expect([...glossary(text)]).toEqual([
      ['merchant', ['merchant']],
      ['times card', ['time', 'card']],
    ]);
  });
});
