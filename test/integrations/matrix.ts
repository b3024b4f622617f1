import type { Reporter, TestModule } from 'vitest/node';

const PREFIX = 'contract: ';

/** Prints, after the run, which integration keeps which promise of the contract suite. */
export default class Matrix implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = new Map<string, Map<string, string>>();
    const integrations = new Set<string>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const suite = test.parent.type === 'suite' ? test.parent.name : '';
        if (!suite.startsWith(PREFIX)) continue;
        const integration = suite.slice(PREFIX.length);
        integrations.add(integration);
        const row = cases.get(test.name) ?? new Map<string, string>();
        row.set(integration, test.result().state);
        cases.set(test.name, row);
      }
    }
    if (cases.size > 0) process.stdout.write(`\n${table(cases, [...integrations].sort())}\n`);
  }
}

function table(cases: Map<string, Map<string, string>>, integrations: readonly string[]): string {
  const first = Math.max(...[...cases.keys()].map((name) => name.length));
  const head = [' '.repeat(first), ...integrations].join('  ');
  const rows = [...cases].map(([name, row]) =>
    [
      name.padEnd(first),
      ...integrations.map((one) => (row.get(one) ?? '-').padEnd(one.length)),
    ].join('  '),
  );
  return [head, ...rows].join('\n');
}
