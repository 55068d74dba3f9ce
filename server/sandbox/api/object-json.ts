/** Objects and their JSON. What is stored is kept as text and parsed when somebody asks: a text takes a tenth of the memory. */
import type { JsonObject } from '@/lib/shared/json'
import { type ApiObject, asApiObject, deepFreeze } from './api-object'

/** The texts of stored objects, so that an answer, a watch and the disk share one. */
const texts = new WeakMap<JsonObject, string>()

/** The compact JSON of an object. */
export function objectJson(object: JsonObject): string {
  return texts.get(object) ?? JSON.stringify(object)
}

/** One state of one object. Never changes; the parsed object is frozen, and forgotten when nobody uses it. */
export class StoredObject {
  readonly text: string
  #parsed: WeakRef<ApiObject> | undefined

  /** `object`, where it is at hand, must be frozen and what `text` says. */
  constructor(text: string, object?: ApiObject) {
    this.text = text
    if (object !== undefined) this.#remember(object)
  }

  get object(): ApiObject {
    return this.#parsed?.deref() ?? this.#remember(this.#parse())
  }

  #parse(): ApiObject {
    return asApiObject(deepFreeze(JSON.parse(this.text) as JsonObject))
  }

  #remember(object: ApiObject): ApiObject {
    this.#parsed = new WeakRef(object)
    texts.set(object, this.text)
    return object
  }
}
