/** What a log line says beside its name. */
export type Fields = Record<string, string | number | boolean | null | undefined>;
