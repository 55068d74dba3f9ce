/** The project's sources → the test files that reach each of them, the nearest first. */
import { dirname, join } from 'node:path'

/** Imports, and paths of files that a test starts as a process of its own. */
const REFERENCE = /(?:from|import|URL)\s*\(?\s*'([^'\n]+)'|'((?:@\/|[.]{1,2}\/)[^'\n]+)'/g
const isTest = (path) => /[.]test[.]tsx?$/.test(path)

function resolveIn(known, from, reference) {
  if (!reference.startsWith('.') && !reference.startsWith('@/')) return undefined
  const path = reference.startsWith('@/') ? reference.slice(2) : join(dirname(from), reference)
  return [path, `${path}.ts`, `${path}.tsx`].find((candidate) => known.has(candidate))
}

/** By path: test files that reach it, in order of how many imports lie between; at the same distance its own folder's first. */
export function testsByFile(files, read) {
  const known = new Set(files.filter((path) => /[.]tsx?$/.test(path)))
  const importers = new Map()
  for (const path of known) {
    for (const [, imported, named] of read(path).matchAll(REFERENCE)) {
      const target = resolveIn(known, path, imported ?? named)
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), path])
    }
  }
  return new Map([...known].map((path) => [path, nearestTests(path, importers)]))
}

function nearestTests(path, importers) {
  const seen = new Set([path])
  const found = []
  for (let level = [path]; level.length > 0; ) {
    const next = new Set(level.flatMap((each) => importers.get(each) ?? []))
    level = [...next].filter((each) => !seen.has(each))
    for (const each of level) seen.add(each)
    const tests = level.filter(isTest)
    const isNear = (test) => dirname(test) === dirname(path)
    found.push(...tests.sort((left, right) => isNear(right) - isNear(left)))
  }
  return found
}
