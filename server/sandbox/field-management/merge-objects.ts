import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { cloneJson, isJsonObject, ownValue, setOwnValue } from '@/lib/shared/json-values'
import { indexItems } from './list-items'
import type { PathElement } from './path-element'
import { type Atom, DEDUCED, deduce, type ListAtom, type MapAtom, shapeOf } from './schema-atom'

type Side = JsonValue | undefined

/** The live object with an applied configuration merged over it: the configuration wins, nothing is removed. */
export function mergeObjects(live: JsonObject, config: JsonObject, atom: Atom): JsonObject {
  const merged = merge(atom, live, config)
  return isJsonObject(merged) ? merged : {}
}

function merge(atom: Atom, left: Side, right: Side): Side {
  const leftAtom = deduce(atom, left)
  const rightAtom = deduce(atom, right)
  if (right === undefined) return mergeAs(leftAtom, left, right)
  if (left !== undefined && shapeOf(leftAtom) !== shapeOf(rightAtom)) return cloneJson(right)
  return mergeAs(rightAtom, left, right)
}

function mergeAs(atom: Atom, left: Side, right: Side): Side {
  if (atom.map !== undefined) return mergeMaps(atom.map, left, right)
  if (atom.scalar === undefined && atom.list !== undefined) {
    return mergeLists(atom.list, left, right)
  }
  return keepRight(left, right)
}

function keepRight(left: Side, right: Side): Side {
  if (right !== undefined) return cloneJson(right)
  return left === undefined ? undefined : cloneJson(left)
}

function mergeMaps(map: MapAtom, left: Side, right: Side): Side {
  const before = isJsonObject(left) ? left : {}
  const config = isJsonObject(right) ? right : {}
  const names = new Set([...Object.keys(before), ...Object.keys(config)])
  if (map.atomic || names.size === 0) return keepRight(left, right)
  const out: JsonObject = {}
  for (const name of names) {
    const atom = map.field(name) ?? DEDUCED
    const merged = merge(atom, ownValue(before, name), ownValue(config, name))
    if (merged !== undefined) setOwnValue(out, name, merged)
  }
  return out
}

function mergeLists(list: ListAtom, left: Side, right: Side): Side {
  const before = Array.isArray(left) ? left : []
  const config = Array.isArray(right) ? right : []
  if (!list.associative || (before.length === 0 && config.length === 0)) {
    return keepRight(left, right)
  }
  const live = indexItems(list, before)
  const applied = indexItems(list, config)
  // Items that cannot be told apart cannot be merged; the applied list, which was validated, stands.
  if ('error' in live || 'error' in applied) return keepRight(left, right)
  const out: JsonValue[] = []
  for (const element of mergedOrder([...live.index.keys()], [...applied.index.keys()])) {
    const olds = live.index.get(element) ?? []
    const news = applied.index.get(element)
    // Duplicates in the live list are kept as they are unless the configuration names their key.
    if (news === undefined) out.push(...olds.map((item) => cloneJson(item)))
    else pushMerged(out, list, olds.length === 1 ? olds[0] : undefined, news[0])
  }
  return out
}

function pushMerged(out: JsonValue[], list: ListAtom, old: Side, applied: Side): void {
  const merged = merge(list.element(), old, applied)
  if (merged !== undefined) out.push(merged)
}

/**
 * Order of the merged items: applied items keep the order they were applied in; live-only items keep
 * theirs and stay before the shared item they stood before.
 */
function mergedOrder(live: readonly PathElement[], applied: readonly PathElement[]): PathElement[] {
  const inLive = new Set(live)
  const inApplied = new Set(applied)
  const shared = applied.filter((element) => inLive.has(element))
  const order: PathElement[] = []
  let nextShared = 0
  let l = 0
  for (const fresh of applied) {
    while (l < live.length && live[l] !== shared[nextShared]) {
      const old = live[l] ?? ''
      // A shared item out of turn is skipped here: it is placed where the configuration has it.
      if (!inApplied.has(old)) order.push(old)
      l += 1
    }
    order.push(fresh)
    if (fresh === shared[nextShared]) {
      nextShared += 1
      l += 1
    }
  }
  return [...order, ...live.slice(l).filter((element) => !inApplied.has(element))]
}
