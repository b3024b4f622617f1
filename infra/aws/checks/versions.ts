import { isRecord, refOf, resourcesOf, stringsIn, type Template } from './template.ts';

/**
 * Callers reach a function by an alias, and an alias serves a version, which is a copy of the function as it was
 * when the version was made. CloudFormation makes a new one only when the version's own properties change. A
 * value that no template has (a parameter, another stack's export, `{{resolve:…}}`) changes the function and
 * leaves its version as it is, unless the version has it as well.
 */
export function findStaleVersions(template: Template): string[] {
  return resourcesOf(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const versions = resourcesOf(template, 'AWS::Lambda::Version').filter(
      ([, version]) => refOf(version.Properties.FunctionName) === id,
    );
    const values = [...deploymentValues(template, Properties)];
    return versions.flatMap(([versionId, version]) => {
      const known = deploymentValues(template, version.Properties);
      return values
        .filter((value) => !known.has(value))
        .map((value) => `${id} has ${value} and its version ${versionId} has not`);
    });
  });
}

/** What in a resource's properties is known only when the stack is deployed, and not by any resource of it. */
function deploymentValues(template: Template, value: unknown, found = new Set<string>()) {
  const parameters = isRecord(template.Parameters) ? template.Parameters : {};
  for (const { path, text } of stringsIn(value)) {
    const key = path.at(-1);
    const isParameter = key === 'Ref' && text in parameters;
    const isDynamic = text.includes('{{resolve:') || path.includes('Fn::ImportValue');
    // In `Fn::Sub` a parameter is a part of the text.
    const inText = Object.keys(parameters).filter((name) => text.includes(`\${${name}}`));
    if (isParameter || isDynamic) found.add(text);
    for (const name of inText) found.add(name);
  }
  return found;
}
