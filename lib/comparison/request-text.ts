/** What a request says, as one text: for telling an answer that gives some of it back from one that made something up. */
import type { CapturedBody, CapturedExchange } from '@/lib/comparison/exchange'
import { writeJson } from '@/lib/comparison/write-json'

/** What is beyond is not searched. */
const CHARACTERS_MAX = 64 * 1024
/** Shorter values are in any request by chance. */
const VALUE_LENGTH_MIN = 3

/** Target, host, header values and body. */
export function requestText({ path, host, headers, body }: CapturedExchange['request']): string {
  const values = headers.map(([, value]) => value)
  return [path, decoded(path), host, ...values, bodyText(body)].join('\n').slice(0, CHARACTERS_MAX)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '))
  } catch {
    return ''
  }
}

function bodyText(body: CapturedBody): string {
  if (body.kind === 'json') return writeJson(body.value)
  if (body.kind === 'text') return body.text
  return body.kind === 'form' ? body.fields.map(([, value]) => value).join('\n') : ''
}

/** Whether a value is in the text as a word of its own. */
export function saysValue(text: string, value: string): boolean {
  if (value.length < VALUE_LENGTH_MIN) return false
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + value.length])) return true
  }
  return false
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}
