import { describe, expect, it } from 'vitest'
import { applyToObject, type FieldPath, pathText } from '@/lib/manifest/edit/field-edit'
import { parseManifest } from '@/lib/manifest/parse-manifest'
import {
  pick,
  randomMap,
  randomStyle,
  writeDocument,
} from '@/lib/manifest/test-support/random-manifest'
import { mergeManifest } from '@/lib/manifest/three-way/merge-manifest'
import type { MergeChoice } from '@/lib/manifest/three-way/merge-objects'
import { toYaml } from '@/lib/manifest/to-yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { equalJson, isJsonObject, ownValue } from '@/lib/shared/json-values'
import { seededRandom } from '@/lib/shared/test-support/seeded-random'

const BASE = `kind: HTTPRoute
metadata:
  name: shop
spec:
  hostnames:
  - shop.example.com
  rules:
  - backendRefs:
    - name: web
      port: 80
      weight: 90
    - name: web-2
      port: 80
      weight: 10
  - matches:
    - path: {type: PathPrefix, value: /api}
    backendRefs:
    - name: api
      port: 80
`

function objectOf(text: string): JsonObject {
  const [document] = parseManifest(text).documents
  if (document === undefined) throw new Error(`no document in ${text}`)
  return document.object
}

function merge(draft: string, live: string, choices: readonly MergeChoice[] = []) {
  const merged = mergeManifest({ base: BASE, live, draft }, choices)
  if (!merged.ok) throw new Error(merged.message)
  return {
    text: merged.text,
    conflicts: merged.conflicts.map(({ path, ...sides }) => ({ path: pathText(path), ...sides })),
    brought: merged.brought.map(({ path }) => pathText(path)),
  }
}

describe('a change made by someone else while a draft was edited', () => {
  const draft = BASE.replace('weight: 10', 'weight: 20   # a bit more')
    .replace('name: shop\n', "name: 'shop' # ours\n")
    .replace('    - name: api\n', '    # the API\n    - name: api\n')

  it('comes into the draft, in the lines it concerns only', () => {
    const live = BASE.replace('- shop.example.com', '- shop.example.com\n  - shop.example.org')
      .replace('value: /api', 'value: /v1')
      .replace('      weight: 90\n', '')
    expect(merge(draft, live)).toEqual({
      conflicts: [],
      brought: [
        'spec.hostnames[1]',
        'spec.rules[0].backendRefs[0].weight',
        'spec.rules[1].matches[0].path.value',
      ],
      text: draft
        .replace('- shop.example.com', '- shop.example.com\n  - shop.example.org')
        .replace('value: /api', 'value: /v1')
        .replace('      weight: 90\n', ''),
    })
  })

  it('is recognised in its item when the draft put another one before it', () => {
    const mirrored = draft.replace(
      '  rules:\n',
      '  rules:\n  - matches:\n    - path: {type: Exact, value: /new}\n    backendRefs:\n    - name: new\n      port: 80\n',
    )
    const live = BASE.replace('name: api\n      port: 80', 'name: api\n      port: 81')
    const merged = merge(mirrored, live)
    expect(merged.conflicts).toEqual([])
    expect(merged.text).toBe(
      mirrored.replace('name: api\n      port: 80', 'name: api\n      port: 81'),
    )
  })

  it('keeps what both added to one list, and drops what the other removed', () => {
    const live = `${BASE.replace('    - name: web-2\n      port: 80\n      weight: 10\n', '')}    - name: api-2\n      port: 80\n`
    const ours = BASE.replace('- shop.example.com', '- shop.example.com\n  - ours.example.com')
    const merged = merge(ours, live)
    expect(merged.conflicts).toEqual([])
    expect(objectOf(merged.text)).toMatchObject({
      spec: {
        hostnames: ['shop.example.com', 'ours.example.com'],
        rules: [
          { backendRefs: [{ name: 'web' }] },
          { backendRefs: [{ name: 'api' }, { name: 'api-2' }] },
        ],
      },
    })
  })

  it('is a conflict where both changed one field, and the person chooses', () => {
    const live = BASE.replace('weight: 10', 'weight: 50').replace('value: /api', 'value: /v1')
    const conflict = {
      path: 'spec.rules[0].backendRefs[1].weight',
      base: 10,
      draft: 20,
      live: 50,
    }
    const kept = merge(draft, live)
    expect(kept.conflicts).toEqual([conflict])
    expect(kept.brought).toEqual(['spec.rules[1].matches[0].path.value'])
    expect(kept.text).toBe(draft.replace('value: /api', 'value: /v1'))
    const taken = merge(draft, live, ['live'])
    expect(taken.conflicts).toEqual([conflict])
    expect(taken.text).toBe(
      draft.replace('value: /api', 'value: /v1').replace('weight: 20', 'weight: 50'),
    )
  })

  it('is a conflict where one removed what the other changed', () => {
    const removed = BASE.replace('    - name: web-2\n      port: 80\n      weight: 10\n', '')
    const changed = BASE.replace('weight: 10', 'weight: 50')
    expect(merge(removed, changed).conflicts).toMatchObject([
      { path: 'spec.rules[0].backendRefs[1]', draft: undefined, live: { weight: 50 } },
    ])
    expect(merge(removed, changed).text).toBe(removed)
    expect(merge(removed, changed, ['live']).text).toBe(changed)
    expect(merge(changed, removed).conflicts).toMatchObject([
      { path: 'spec.rules[0].backendRefs[1]', draft: { weight: 50 }, live: undefined },
    ])
    expect(merge(changed, removed, ['live']).text).toBe(removed)
  })
})

/** Paths of the maps of an object, itself among them. */
function mapsOf(value: JsonValue, path: FieldPath = []): FieldPath[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => mapsOf(item, [...path, index]))
  if (!isJsonObject(value)) return []
  return [path, ...Object.entries(value).flatMap(([key, item]) => mapsOf(item, [...path, key]))]
}

/** Fields that only one side changed, with that side's value. */
function changedByOne(sides: Record<'base' | 'object' | 'live', JsonObject>) {
  const wanted = new Map<string, JsonValue | undefined>()
  for (const key of Object.keys({ ...sides.base, ...sides.object, ...sides.live })) {
    const [former, mine, theirs] = [sides.base, sides.object, sides.live].map((side) =>
      ownValue(side, key),
    )
    if (equalJson(former, mine)) wanted.set(key, theirs)
    else if (equalJson(former, theirs)) wanted.set(key, mine)
  }
  return wanted
}

describe('over many manifests in any layout', () => {
  const seeds = Array.from({ length: 300 }, (_, index) => index + 1)

  it('has both changes when they are of different fields, and gives back the text when there is nothing to bring', () => {
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const base = randomMap(random, 3, 1 + Math.floor(random() * 4))
      const at = (name: string, object: JsonObject) => ({
        op: 'set' as const,
        path: [...pick(random, mapsOf(object)), name],
        value: seed,
      })
      const mine = at('mine', base)
      const theirs = at('theirs', base)
      const object = applyToObject(base, mine)
      const live = applyToObject(base, theirs)
      if (object === undefined || live === undefined) throw new Error(`${seed}: no edit`)
      const draft = writeDocument(random, object, randomStyle(random))
      expect(mergeManifest({ base: toYaml(base), live: toYaml(base), draft })).toMatchObject({
        ok: true,
        text: draft,
      })
      const merged = mergeManifest({ base: toYaml(base), live: toYaml(live), draft })
      if (!merged.ok) throw new Error(`${seed}: ${merged.message}`)
      expect({ seed, conflicts: merged.conflicts, object: objectOf(merged.text) }).toEqual({
        seed,
        conflicts: [],
        object: applyToObject(object, theirs),
      })
    }
  })

  it('takes of every field the side that changed it', () => {
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const [base = {}, object = {}, live = {}] = [1, 2, 3].map(() => randomMap(random, 2, 5))
      const draft = writeDocument(random, object, randomStyle(random))
      const merged = mergeManifest({ base: toYaml(base), live: toYaml(live), draft })
      if (!merged.ok) throw new Error(`${seed}: ${merged.message}`)
      const wanted = changedByOne({ base, object, live })
      const result = objectOf(merged.text)
      const got = [...wanted.keys()].map((key) => [key, ownValue(result, key)])
      expect({ seed, got }).toEqual({ seed, got: [...wanted] })
    }
  })
})
