import { describe, expect, it } from 'vitest'
import { editManifest, rewriteManifest } from '@/lib/manifest/edit/edit-manifest'
import {
  applyToObject,
  type FieldEdit,
  type FieldPath,
  valueAt,
} from '@/lib/manifest/edit/field-edit'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import {
  pick,
  randomMap,
  randomStyle,
  randomValue,
  writeDocument,
} from '@/lib/manifest/test-support/random-manifest'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'

type Random = () => number

/** Paths of all values of an object, itself not among them. */
function pathsOf(value: JsonValue, path: FieldPath = []): FieldPath[] {
  const below = (step: string | number, item: JsonValue) => [
    [...path, step],
    ...pathsOf(item, [...path, step]),
  ]
  if (Array.isArray(value)) return value.flatMap((item, index) => below(index, item))
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => below(key, item)) : []
}

function randomEdit(random: Random, object: JsonObject): FieldEdit {
  const paths = pathsOf(object)
  const path = pick(random, [[], ...paths])
  const value = valueAt(object, path)
  if (Array.isArray(value) && random() < 0.7) {
    const { length } = value
    if (length > 1 && random() < 0.5) {
      const [from, to] = [Math.floor(random() * length), Math.floor(random() * length)]
      return { op: 'move', path, from, to }
    }
    const index = Math.floor(random() * (length + 1))
    return { op: 'insert', path, index, value: randomValue(random, 2) }
  }
  if (isJsonObject(value) && random() < 0.6) {
    const before = random() < 0.5 ? [] : Object.keys(value).slice(1, 2)
    return { op: 'set', path: [...path, 'added'], value: randomValue(random, 2), before }
  }
  if (path.length > 0 && random() < 0.4) return { op: 'remove', path }
  if (path.length === 0) return { op: 'set', path: ['deep', 'er'], value: 1 }
  return { op: 'set', path, value: randomValue(random, 2) }
}

function randomText(random: Random) {
  const style = randomStyle(random)
  const first = randomMap(random, 3, 1 + Math.floor(random() * 4))
  const second = randomMap(random, 2, 2)
  const text = writeDocument(random, first, style)
  const separator = `${text.endsWith('\n') ? '' : style.lineBreak}---${style.lineBreak}`
  return text + separator + writeDocument(random, second, style)
}

/** Comments of a text by their labels, which the generator makes unique. */
function commentsOf(text: string): string[] {
  return text.match(/# (?:above|behind) [a-z0-9]+/g) ?? []
}

describe('over many manifests in any layout', () => {
  const seeds = Array.from({ length: 1_000 }, (_, index) => index + 1)

  it('gives back the very text when nothing changes', () => {
    for (const seed of seeds.slice(0, 200)) {
      const random = seededRandom(seed)
      const text = randomText(random)
      const { documents, problems } = parseManifest(text)
      expect({ seed, problems }).toEqual({ seed, problems: [] })
      for (const { index, object } of documents) {
        expect(rewriteManifest(text, index, structuredClone(object))).toEqual({ ok: true, text })
        const edits = pathsOf(object).map((path): FieldEdit => {
          return { op: 'set', path, value: structuredClone(valueAt(object, path) ?? null) }
        })
        expect(editManifest(text, index, edits)).toEqual({ ok: true, text })
      }
    }
  })

  it('makes any edit, and says what was asked for', () => {
    const refused: string[] = []
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const text = randomText(random)
      const { documents } = parseManifest(text)
      const { index, object } = pick(random, documents)
      const edit = randomEdit(random, object)
      const result = editManifest(text, index, [edit])
      if (!result.ok) {
        refused.push(`${seed}: ${JSON.stringify(edit)}: ${result.message}\n${text}`)
        continue
      }
      const after = parseManifest(result.text).documents
      const wanted = documents.map((document) =>
        document.index === index ? applyToObject(object, edit) : document.object,
      )
      expect({ seed, objects: after.map((document) => document.object) }).toEqual({
        seed,
        objects: wanted,
      })
      expect(result.text.includes('\r\n')).toBe(text.includes('\r\n'))
    }
    expect(refused.join('\n\n')).toBe('')
  })

  it('reaches any other object', () => {
    for (const seed of seeds.slice(0, 200)) {
      const random = seededRandom(seed)
      const text = randomText(random)
      const { index } = pick(random, parseManifest(text).documents)
      const target = randomMap(random, 3, 4)
      const result = rewriteManifest(text, index, target)
      if (!result.ok) throw new Error(`${seed}: ${result.message}\n${text}`)
      const objects = parseManifest(result.text).documents
      expect({
        seed,
        object: objects.find((document) => document.index === index)?.object,
      }).toEqual({ seed, object: target })
    }
  })

  it('loses no comment except with what it removes, and changes one line for a scalar', () => {
    let scalars = 0
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const text = randomText(random)
      const { index, object } = pick(random, parseManifest(text).documents)
      const edit = randomEdit(random, object)
      const result = editManifest(text, index, [edit])
      const former = edit.op === 'set' ? valueAt(object, edit.path) : undefined
      if (!result.ok || edit.op === 'remove' || !isScalar(former)) continue
      const comments = commentsOf(result.text).sort()
      expect({ seed, comments }).toEqual({ seed, comments: commentsOf(text).sort() })
      if (edit.op !== 'set' || !isOneLine(former) || !isScalar(edit.value)) continue
      scalars += 1
      const lines = text.split('\n')
      const next = result.text.split('\n')
      const changed = lines.filter((line, position) => line !== next[position]).length
      expect({ seed, changed: changed <= 1, count: next.length }).toEqual({
        seed,
        changed: true,
        count: lines.length,
      })
    }
    expect(scalars).toBeGreaterThan(100)
  })
})

function isScalar(value: JsonValue | undefined): boolean {
  return typeof value !== 'object' || value === null
}

/** A former text of several lines may have been written in several lines. */
function isOneLine(former: JsonValue | undefined): boolean {
  return former !== undefined && !String(former).includes('\n')
}
