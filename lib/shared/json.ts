/** Any value JSON can carry. Kubernetes objects are these until a type narrows them. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}
