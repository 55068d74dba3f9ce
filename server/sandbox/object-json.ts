import type { JsonObject } from '@/lib/shared/json'
import { RECENT_TEXT_CHARACTERS_MAX, RECENT_TEXTS_MAX } from './limits'

/** What was just written goes to the disk, into the answer and to every watch: one text serves them all. */
const texts = new Map<JsonObject, string>()

/** Keeps the JSON of a frozen object for a moment. The oldest is forgotten at the limit. */
export function rememberJson(object: JsonObject, text: string): void {
  if (text.length > RECENT_TEXT_CHARACTERS_MAX) return
  texts.set(object, text)
  if (texts.size <= RECENT_TEXTS_MAX) return
  const [oldest] = texts.keys()
  if (oldest !== undefined) texts.delete(oldest)
}

/** The compact JSON of an object. */
export function objectJson(object: JsonObject): string {
  return texts.get(object) ?? JSON.stringify(object)
}
