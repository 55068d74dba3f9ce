/**
 * The shape of the house, as figures: rooms, levels and imports per folder, import cycles, sizes of files and functions,
 * JSON accessors that are defined more than once, and exports that only tests use.
 *
 *   node tools/house.mjs             the figures of this tree
 *   node tools/house.mjs <commit> …  the figures of each commit and of this tree, side by side
 *   node tools/house.mjs --test-only  the exports that only tests import, by name
 *   node tools/house.mjs --touched <commit> …  how many files each commit touches, tests apart
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const SOURCES = ['app', 'components', 'lib', 'server']
/** Folders whose rooms are counted: the large ones. */
const HOUSES = [
  'components',
  'lib',
  'server/sandbox',
  'server/gateway',
  'server/observer',
  'server/kube',
]
const ACCESSOR = /^(object|text|string|number|list|array|items?|record|boolean|field|value)At$|^at$/
const EQUALITY =
  /^(is|are)?(deep)?equal(s|json|values?)?$|^sorted(json|text)$|^canonical(json|text)?$/i

const isTest = (path) =>
  /[.](test|e2e)[.]tsx?$|\/(test-support|testdata|testing)\/|^e2e\//.test(path)
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' })

/** Every TypeScript file below the source folders, its path relative to `base`. */
function sourceFiles(base) {
  const found = []
  const visit = (folder) => {
    for (const entry of readdirSync(join(base, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (/[.]tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path)
    }
  }
  for (const folder of [...SOURCES, 'e2e']) if (existsSync(join(base, folder))) visit(folder)
  return found.sort()
}

function readTree(base) {
  const paths = sourceFiles(base)
  const known = new Set(paths)
  const files = new Map()
  for (const path of paths) {
    const text = readFileSync(join(base, path), 'utf8')
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    files.set(path, { path, text, source, ...importsOf(source, path, known) })
  }
  return files
}

/** Imported files, and the names taken from each ('*' for all). */
function importsOf(source, path, known) {
  const imports = new Map()
  const resolve = (specifier) => {
    const base = specifier.startsWith('@/')
      ? specifier.slice(2)
      : specifier.startsWith('.')
        ? normalize(join(dirname(path), specifier))
        : undefined
    if (base === undefined) return undefined
    return [base, `${base}.ts`, `${base}.tsx`].find((candidate) => known.has(candidate))
  }
  const add = (specifier, names) => {
    const file = resolve(specifier)
    if (file !== undefined) imports.set(file, [...(imports.get(file) ?? []), ...names])
  }
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier.text, namesOf(node.importClause))
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      add(node.moduleSpecifier.text, ['*'])
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      if (argument && ts.isStringLiteral(argument)) add(argument.text, ['*'])
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { imports }
}

function namesOf(clause) {
  const bindings = clause?.namedBindings
  if (!bindings || ts.isNamespaceImport(bindings))
    return clause?.name && !bindings ? ['default'] : ['*']
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text)
}

/** Longest chain of imports, counted in nodes; what closes a cycle is not followed. */
function levelsOf(edges) {
  const levels = new Map()
  const visit = (node, path) => {
    if (path.has(node)) return 0
    const known = levels.get(node)
    if (known !== undefined) return known
    const below = new Set(path).add(node)
    const level = 1 + Math.max(0, ...[...(edges.get(node) ?? [])].map((next) => visit(next, below)))
    levels.set(node, level)
    return level
  }
  return Math.max(0, ...[...edges.keys()].map((node) => visit(node, new Set())))
}

/** Pairs of rooms that reach each other. */
function cyclesOf(edges) {
  const reach = (from) => {
    const seen = new Set()
    const queue = [...(edges.get(from) ?? [])]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(...(edges.get(next) ?? []))
    }
    return seen
  }
  const reached = new Map([...edges.keys()].map((node) => [node, reach(node)]))
  return [...edges].flatMap(([node, nexts]) =>
    [...nexts].filter((next) => reached.get(next)?.has(node)).map((next) => `${node} → ${next}`),
  )
}

/** A file's room: the first folder below the house; files beside the rooms stand in the hall. */
function roomOf(house, path) {
  const [first, second] = relative(house, path).split('/')
  return second === undefined ? '(hall)' : first
}

function houseFigures(files, house) {
  const own = [...files.values()].filter(
    ({ path }) => path.startsWith(`${house}/`) && !isTest(path),
  )
  const fileEdges = new Map()
  const roomEdges = new Map()
  let across = 0
  for (const { path, imports } of own) {
    const inside = [...imports.keys()].filter((to) => to.startsWith(`${house}/`) && !isTest(to))
    fileEdges.set(path, inside)
    const room = roomOf(house, path)
    if (!roomEdges.has(room)) roomEdges.set(room, new Set())
    for (const to of inside) {
      const other = roomOf(house, to)
      if (other === room) continue
      roomEdges.get(room).add(other)
      across += 1
    }
  }
  const doors = [...roomEdges.values()].reduce((sum, set) => sum + set.size, 0)
  const hall = own.filter(({ path }) => roomOf(house, path) === '(hall)').length
  return {
    [`${house}: files, of them in the hall`]: `${own.length}, ${hall}`,
    [`${house}: rooms, levels of rooms`]: `${roomEdges.size}, ${levelsOf(roomEdges)}`,
    [`${house}: ways between rooms; imports along them`]: `${doors}; ${across}`,
    [`${house}: levels of files`]: levelsOf(fileEdges),
    [`${house}: edges in room cycles`]: cyclesOf(roomEdges).length,
  }
}

const quantile = (sorted, q) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0

function sizeFigures(files) {
  const fileLines = []
  const functionLines = []
  for (const { path, text, source } of files.values()) {
    if (isTest(path)) continue
    fileLines.push(text.split('\n').length - 1)
    const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line
    const visit = (node) => {
      if (ts.isFunctionLike(node) && node.body && ts.isBlock(node.body))
        functionLines.push(lineOf(node.end) - lineOf(node.getStart(source)) + 1)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  const figures = (name, list) => {
    const sorted = list.sort((left, right) => left - right)
    return [
      `${name}: number; lines median, p95, most`,
      `${sorted.length}; ${quantile(sorted, 0.5)}, ${quantile(sorted, 0.95)}, ${sorted.at(-1) ?? 0}`,
    ]
  }
  return Object.fromEntries([figures('files', fileLines), figures('functions', functionLines)])
}

function declaredNames(source) {
  const names = []
  const visit = (node) => {
    if (ts.isFunctionDeclaration(node) && node.name) names.push(node.name.text)
    else if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      node.initializer &&
      ts.isArrowFunction(node.initializer)
    )
      names.push(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

function accessorFigures(files) {
  const count = (pattern) => {
    const places = new Set()
    let times = 0
    for (const { path, source } of files.values()) {
      if (isTest(path)) continue
      const hits = declaredNames(source).filter((name) => pattern.test(name))
      times += hits.length
      if (hits.length > 0) places.add(path)
    }
    return `${times} in ${places.size} files`
  }
  return {
    'accessors of JSON, defined': count(ACCESSOR),
    'deep equalities and sorted JSON, defined': count(EQUALITY),
  }
}

/** Who imports each export, by `file#name`; `file#*` for those that take everything. */
function usersOfExports(files) {
  const users = new Map()
  for (const { path, imports } of files.values()) {
    for (const [file, names] of imports) {
      for (const name of names) {
        const key = `${file}#${name}`
        users.set(key, [...(users.get(key) ?? []), path])
      }
    }
  }
  return users
}

/** Exports of production files that only tests import, and whether their own file uses them besides. */
function testOnlyExports(files) {
  const users = usersOfExports(files)
  const isForTests = ({ path, name }) => {
    const by = [...(users.get(`${path}#${name}`) ?? []), ...(users.get(`${path}#*`) ?? [])]
    return by.length > 0 && by.every(isTest)
  }
  return [...files.values()]
    .filter(({ path }) => !isTest(path) && !path.startsWith('app/'))
    .flatMap(({ path, source, text }) =>
      exportedNames(source).map((name) => ({
        path,
        name,
        times: text.split(new RegExp(`\\b${name}\\b`)).length - 1,
      })),
    )
    .filter(isForTests)
    .map(({ path, name, times }) => ({ name: `${path}#${name}`, isUsedInside: times > 1 }))
}

function testOnlyFigure(files) {
  const found = testOnlyExports(files)
  return `${found.length}, ${found.filter(({ isUsedInside }) => !isUsedInside).length}`
}

function exportedNames(source) {
  const names = []
  for (const statement of source.statements) {
    const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (!isExported) continue
    if (ts.isVariableStatement(statement))
      names.push(...statement.declarationList.declarations.map(({ name }) => name.getText(source)))
    else if (statement.name) names.push(statement.name.text)
  }
  return names
}

function figuresOf(base) {
  const files = readTree(base)
  return {
    ...Object.assign({}, ...HOUSES.map((house) => houseFigures(files, house))),
    ...sizeFigures(files),
    ...accessorFigures(files),
    'exports only tests import, of them never called': testOnlyFigure(files),
  }
}

/** The figures of a commit, from a work tree that is taken away again. */
function figuresAt(commit) {
  const base = mkdtempSync(join(tmpdir(), 'house-'))
  try {
    git('worktree', 'add', '--detach', '--force', base, commit)
    return figuresOf(base)
  } finally {
    git('worktree', 'remove', '--force', base)
    rmSync(base, { recursive: true, force: true })
  }
}

function printTouched(commits) {
  for (const commit of commits) {
    const paths = git('show', '--name-only', '--format=', commit).trim().split('\n')
    const production = paths.filter((path) => /[.](tsx?|mjs|css)$/.test(path) && !isTest(path))
    console.log(
      `${git('show', '--no-patch', '--format=%h %s', commit).trim()}: ${production.length} files, ${paths.length - production.length} tests and documents`,
    )
    for (const path of production) console.log(`  ${path}`)
  }
}

function printTestOnly() {
  for (const { name, isUsedInside } of testOnlyExports(readTree(root)))
    console.log(`${isUsedInside ? 'for tests only ' : 'never called   '} ${name}`)
}

function printTable(columns) {
  const rows = Object.keys(columns.at(-1)[1])
  const width = Math.max(...rows.map((row) => row.length))
  const cell = (value) => String(value ?? '–').padEnd(18)
  console.log(`${' '.repeat(width)}  ${columns.map(([name]) => cell(name)).join('')}`)
  for (const row of rows) {
    console.log(
      `${row.padEnd(width)}  ${columns.map(([, figures]) => cell(figures[row])).join('')}`,
    )
  }
}

const args = process.argv.slice(2)
if (args[0] === '--touched') printTouched(args.slice(1))
else if (args[0] === '--test-only') printTestOnly()
else
  printTable([...args.map((commit) => [commit, figuresAt(commit)]), ['this tree', figuresOf(root)]])
