/**
 * How much the tests notice: one token of the source is exchanged, and the tests that reach the file are run; a mutant that none
 * of them notices has survived. Outside `npm test`, since a run takes an hour.
 *
 *   node tools/mutations.mjs [--count=200] [--seed=1] [--shard=1/1] [--out=mutations.jsonl] [--tests=9] [--seconds=120] [folder …]
 *
 * The sample is the same for the same seed, `count` over all folders in proportion to what each has to exchange. A mutant is a line
 * of the result file, and one that is there with the same source is not run again: an interrupted run continues. Work happens in a
 * copy of the project. The nearest `tests` test files are run for each mutant, for at most `seconds`; longer counts as noticed.
 * `tools/equivalent-mutations.txt` lists mutants that no test can notice, each with its reason.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { root } from '../bench/harness.mjs'
import { mutantsOf } from './mutants.mjs'
import { testsByFile } from './related-tests.mjs'

const FOLDERS = [
  'lib/comparison',
  'lib/manifest',
  'lib/routing',
  'lib/validation',
  'server/observer',
  'server/gateway',
]

function readArguments(given) {
  const options = {
    count: 200,
    seed: 1,
    shard: '1/1',
    out: 'mutations.jsonl',
    tests: 9,
    seconds: 120,
  }
  const folders = []
  for (const argument of given) {
    const [, name, value] = /^--(\w+)=(.*)$/.exec(argument) ?? []
    if (name === undefined) folders.push(argument.replace(/\/$/, ''))
    else if (!(name in options)) throw new Error(`Unknown option --${name}`)
    else options[name] = typeof options[name] === 'number' ? Number(value) : value
  }
  const [index, shards] = options.shard.split('/').map(Number)
  if (!(index >= 1 && index <= shards)) throw new Error('--shard is written 1/4 to 4/4')
  return { ...options, index, shards, folders: folders.length === 0 ? FOLDERS : folders }
}

const options = readArguments(process.argv.slice(2))
const out = resolve(options.out)
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
/** A copy of the project, so that nobody else who works in it meets a mutant. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'mirrorboard-mutations-'))
  for (const path of files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path))
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

const copy = copyProject()
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
const read = (path) => readFileSync(join(copy, path), 'utf8')

const isSource = (path) =>
  path.endsWith('.ts') && !/[.]test[.]ts$|\/test-support\/|\/testdata\//.test(path)
const inFolders = (path) => options.folders.some((folder) => path.startsWith(`${folder}/`))

/** The first `count` mutants by rank; shards take them in turn. */
function sample() {
  const all = files
    .filter((path) => isSource(path) && inFolders(path))
    .flatMap((path) => mutantsOf(path, read(path), options.seed))
  const chosen = all.sort((left, right) => left.rank - right.rank).slice(0, options.count)
  return chosen.filter((_, at) => at % options.shards === options.index - 1)
}

const idOf = ({ path, was, mutated }) => `${path}: ${was} → ${mutated}`

function readKnown() {
  const lines = existsSync(out) ? readFileSync(out, 'utf8').split('\n') : []
  return new Map(
    lines.filter((line) => line !== '').map((line) => [JSON.parse(line).id, JSON.parse(line)]),
  )
}

function readEquivalent() {
  const lines = readFileSync(join(root, 'tools/equivalent-mutations.txt'), 'utf8').split('\n')
  return new Set(lines.filter((line) => line.includes(' → ')))
}

/** Ends the tests that run, with all they started. */
let running

/** Runs test files; `passed`, `failed` or `late`. */
function runTests(tests, seconds) {
  const args = [
    '-n',
    '10',
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--bail=1',
    '--maxWorkers=1',
    ...tests,
  ]
  const child = spawn('nice', args, { cwd: copy, stdio: 'ignore', detached: true })
  return new Promise((finish) => {
    const end = () => process.kill(-child.pid, 'SIGKILL')
    running = end
    const timer = setTimeout(() => {
      end()
      finish('late')
    }, seconds * 1000)
    child.once('exit', (code) => {
      clearTimeout(timer)
      running = undefined
      finish(code === 0 ? 'passed' : 'failed')
    })
  })
}

/** The test file as long as it passes without a mutant; else nothing it says would mean anything. */
async function passing(tests, known) {
  const good = []
  for (const test of tests) {
    if (!known.has(test)) known.set(test, await runTests([test], options.seconds))
    if (known.get(test) === 'passed') good.push(test)
  }
  return good
}

/** Tests are added: what one has noticed stays noticed, what none has may be noticed by a new one. */
function isKnown(result, { source, tests }) {
  if (result?.source !== source || result.came === 'untested') return false
  return !result.survived || result.tests === tests
}

const digestOf = (paths) =>
  createHash('sha256').update(paths.map(read).join('\n')).digest('hex').slice(0, 12)

/** Few mutants live past the nearest tests, and each further test file takes its time. */
const NEAREST = 3

/** Runs the tests with the mutant in place; what came, and how many test files were run. */
async function tryMutant(mutant, tests, baseline) {
  const file = join(copy, mutant.path)
  const text = read(mutant.path)
  let count = 0
  let isComplete = tests.length > 0
  for (const part of [tests.slice(0, NEAREST), tests.slice(NEAREST)]) {
    const usable = await passing(part, baseline)
    isComplete &&= usable.length === part.length
    if (usable.length === 0) continue
    count += usable.length
    writeFileSync(file, text.slice(0, mutant.start) + mutant.to + text.slice(mutant.end))
    const came = await runTests(usable, options.seconds)
    writeFileSync(file, text)
    if (came !== 'passed') return [came, count]
  }
  // Whether one that could not be asked would have noticed is not known.
  return [isComplete ? 'passed' : 'untested', count]
}

async function run() {
  const equivalent = readEquivalent()
  const sampled = sample()
  const mutants = sampled.filter((mutant) => !equivalent.has(idOf(mutant)))
  const known = readKnown()
  const related = testsByFile(files, read)
  const baseline = new Map()
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      running?.()
      process.exit(1)
    })
  }
  for (const [at, mutant] of mutants.entries()) {
    const tests = (related.get(mutant.path) ?? []).slice(0, options.tests)
    const id = idOf(mutant)
    const digests = { source: digestOf([mutant.path]), tests: digestOf(tests) }
    if (isKnown(known.get(id), digests)) continue
    const [came, count] = await tryMutant(mutant, tests, baseline)
    const result = {
      id,
      ...digests,
      line: mutant.line,
      survived: came === 'passed',
      came,
      run: count,
    }
    known.set(id, result)
    appendFileSync(out, `${JSON.stringify(result)}\n`)
    console.log(
      `${at + 1}/${mutants.length} ${result.survived ? 'SURVIVED' : came} ${mutant.path}:${mutant.line} ${mutant.mutated}`,
    )
  }
  console.log(`equivalent, so not tried: ${sampled.length - mutants.length}`)
  report(mutants.map((mutant) => known.get(idOf(mutant))))
  for (const [test, came] of baseline)
    if (came !== 'passed') console.log(`Left out, as it ${came} without a mutant: ${test}`)
}

function report(results) {
  const counted = results.filter(({ came }) => came !== 'untested')
  const survivors = counted.filter(({ survived }) => survived)
  for (const folder of options.folders) {
    const mine = counted.filter(({ id }) => id.startsWith(`${folder}/`))
    const noticed = mine.filter(({ survived }) => !survived)
    console.log(`${folder}: ${noticed.length} of ${mine.length} noticed`)
  }
  const percent = ((100 * (counted.length - survivors.length)) / counted.length).toFixed(1)
  console.log(`${percent} % of ${counted.length} noticed`)
  console.log(`left out as no test of theirs passes in time: ${results.length - counted.length}`)
  for (const { id } of survivors) console.log(`survived  ${id}`)
}

await run()
