/**
 * What matching by regular expressions costs: the product's walker beside the automaton of `@bufbuild/re2`, on the same programs.
 *
 *   node bench/regex.mjs [--matches=200000] [--repeats=5]
 *
 * Patterns as routes have them, on paths, headers and queries that match and that do not: microseconds a compilation, nanoseconds
 * a match, medians of interleaved repeats. Then the worst a pattern and a text may do: milliseconds, and the heap kept after.
 */
import { RE2JS } from '@bufbuild/re2'
import { bundle, median, readOptions, workDirectory } from './harness.mjs'

const options = readOptions({ matches: 200_000, repeats: 5 })
const work = workDirectory()
const { compileLinearRegex } = await bundle(work, { regex: 'lib/shared/regex/linear-regex.ts' })

const ENGINES = {
  walker(pattern) {
    const regex = compileLinearRegex(pattern)
    if ('error' in regex) throw new Error(regex.error)
    return (text) => regex.matches(text)
  },
  automaton(pattern) {
    const regex = RE2JS.compile(pattern)
    return (text) => regex.testExact(text)
  },
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const TYPICAL = [
  ['/api/v[0-9]+/users/[^/]+', '/api/v2/users/8371', '/assets/logo.svg'],
  [`/orders/${UUID}/lines`, '/orders/7b1c2f90-1d2e-4c3b-9a8f-0123456789ab/lines', '/orders/7b1c'],
  ['.*\\.(?:png|jpg|svg|css|js)', '/assets/2026/main.4f3c2a.js', '/api/v2/users/8371'],
  ['/(?:en|de|fr|es|it)(?:/.*)?', '/fr/produits/chaussures', '/pt/produtos'],
  ['(?i)bearer [a-z0-9._-]+', `Bearer ${'abCD.'.repeat(30)}`, 'Basic dXNlcjpwYXNz'],
  ['.*Chrome/1[0-9]{2}\\..*', AGENT, 'curl/8.9.1'],
  ['[0-9]{1,6}', '48213', 'latest'],
]

const perMatch = {}
const perCompile = {}
for (let repeat = 0; repeat < options.repeats; repeat++) {
  for (const [name, compile] of Object.entries(ENGINES)) {
    for (const [pattern, ...texts] of TYPICAL) {
      const compiled = performance.now()
      for (let times = 0; times < 200; times++) compile(pattern)
      keep(perCompile, pattern, name, ((performance.now() - compiled) * 1000) / 200)
      const test = compile(pattern)
      for (const [index, text] of texts.entries()) {
        const started = performance.now()
        for (let times = 0; times < options.matches; times++) test(text)
        const each = ((performance.now() - started) * 1e6) / options.matches
        keep(perMatch, `${pattern} ${index === 0 ? 'matches' : 'does not'}`, name, each)
      }
    }
  }
}

function keep(table, row, column, value) {
  table[row] ??= {}
  table[row][column] ??= []
  table[row][column].push(value)
}

function print(title, table) {
  console.log(`\n${title}`)
  for (const [row, columns] of Object.entries(table)) {
    const cells = Object.entries(columns).map(([name, all]) => `${name} ${median(all).toFixed(0)}`)
    console.log(`  ${row.slice(0, 60).padEnd(60)} ${cells.join('   ')}`)
  }
}
print('Microseconds a compilation', perCompile)
print('Nanoseconds a match', perMatch)

/** Seeded, so that every run meets the same texts. */
function letters(count, seed) {
  let state = seed
  let text = ''
  for (let index = 0; index < count; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    text += (state >> 16) & 1 ? 'a' : 'b'
  }
  return text
}

const WORST = [
  ['(?:a|b)*a(?:a|b){14}', 'states double with every step'],
  ['(?:.*){25}x', 'nested repetition'],
  ['(?:a?){300}(?:[ab]?){300}c', 'many states live'],
  [`${'[ab]*a'.repeat(300)}[ab]{900}`, 'a program at its limit'],
]
console.log('\nWorst cases, ten texts of 8,192 characters: slowest match, heap kept')
for (const [pattern, what] of WORST) {
  for (const [name, compile] of Object.entries(ENGINES)) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const test = compile(pattern)
    let slowest = 0
    for (let seed = 1; seed <= 10; seed++) {
      const text = letters(8_192, seed)
      const started = performance.now()
      test(text)
      slowest = Math.max(slowest, performance.now() - started)
    }
    const kept = (process.memoryUsage().heapUsed - before) / 1e6
    console.log(
      `  ${what.padEnd(34)} ${name.padEnd(10)} ${slowest.toFixed(1)} ms, ${kept.toFixed(1)} MB`,
    )
  }
}
