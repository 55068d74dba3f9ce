/** Where the mirrors of a manifest are written. Pure, but for the last text it remembers. */
import { parseOnce } from './parse-once'

export interface MirrorPlace {
  readonly rule: number
  readonly filterIndex: number
  /** From 1, where the filter begins. */
  readonly line: number
}

/** Every mirror filter of the first document, from top to bottom; none where the text is no route yet. */
export function mirrorPlaces(text: string): readonly MirrorPlace[] {
  const [document] = parseOnce(text).documents
  if (document === undefined) return []
  return listIn(fieldOf(document.object['spec'], 'rules')).flatMap((ruleValue, rule) =>
    listIn(fieldOf(ruleValue, 'filters')).flatMap((filter, filterIndex) => {
      if (fieldOf(filter, 'type') !== 'RequestMirror') return []
      const { startLine } = document.rangeOf(`spec.rules[${rule}].filters[${filterIndex}]`)
      return [{ rule, filterIndex, line: startLine }]
    }),
  )
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
