import {
  JsonError,
  type JsonObject,
  type JsonValue,
  parseJson,
  parseJsonBytes,
} from '../../json/parse.ts';

/** JSON where a body need not be any: for receivers, which read before anybody says what came. */

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON value that bytes or a text are. @param otherwise what it is where they are none */
export function jsonOr<T>(
  source: Uint8Array | string,
  otherwise: (error: JsonError) => T,
): JsonValue | T {
  try {
    return typeof source === 'string' ? parseJson(source) : parseJsonBytes(source);
  } catch (error) {
    if (error instanceof JsonError) return otherwise(error);
    throw error;
  }
}

/** The same; undefined where they are none. */
export function jsonOf(source: Uint8Array | string): JsonValue | undefined {
  return jsonOr(source, () => undefined);
}

/** The same where an object is wanted. */
export function objectOf(source: Uint8Array | string): JsonObject | undefined {
  const value = jsonOf(source);
  return isObject(value) ? value : undefined;
}
