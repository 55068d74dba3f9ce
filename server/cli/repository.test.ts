/** The repository tests itself: rules that would otherwise be said again in every review. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '')

const read = (path: string) => readFileSync(path, 'utf8')
const sources = files.filter((path) => /[.](ts|tsx|mjs|js|css)$/.test(path))
const isTest = (path: string) => /[.](test|e2e)[.]tsx?$/.test(path)

/** Lines of code without comments and string contents, which may name what code may not use. */
function codeOf(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
}

describe('lib', () => {
  const impure =
    /\b(process[.]|fetch\(|Date[.]now|new Date\(\)|Math[.]random|setTimeout|setInterval)/
  const pure = files.filter((path) => /^lib\/.*[.]ts$/.test(path) && !isTest(path))

  it('reads no clock, no randomness, no environment and no network', () => {
    expect(pure.length).toBeGreaterThan(20)
    expect(pure.filter((path) => impure.test(codeOf(path)))).toEqual([])
  })
})

describe('the tree', () => {
  it('keeps handlers of the dashboard API thin', () => {
    const handlers = files.filter((path) => /^app\/api\/.*route[.]ts$/.test(path))
    expect(handlers.filter((path) => read(path).trimEnd().split('\n').length > 40)).toEqual([])
  })

  it('keeps browser tests in e2e', () => {
    const stray = files.filter((path) => path.endsWith('.e2e.ts') && !path.startsWith('e2e/'))
    expect(stray).toEqual([])
  })

  it('has no leftovers and no path of somebody’s machine', () => {
    const leftover = new RegExp(['TO' + 'DO', 'FIX' + 'ME', '/' + 'work/', '/' + 'root/'].join('|'))
    expect(sources.filter((path) => leftover.test(read(path)))).toEqual([])
  })

  it('has an expected output for every golden input', () => {
    const inputs = files.filter((path) => path.endsWith('.in.yaml'))
    const missing = inputs.filter((path) => !files.includes(path.replace(/in[.]yaml$/, 'out.yaml')))
    expect(missing).toEqual([])
  })

  it('declares client components only where the browser needs them', () => {
    const clients = sources.filter((path) => /^'use client'/m.test(read(path)))
    const allowed = /^(components\/|app\/(providers|.*error)[.]tsx$)/
    expect(clients.filter((path) => !allowed.test(path))).toEqual([])
  })
})

describe('the Gateway API definitions', () => {
  it('are upstream’s files, byte for byte', () => {
    const folder = 'lib/gateway-api/schema'
    const lines = read(`${folder}/SHA256SUMS`).trim().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(5)
    for (const line of lines) {
      const [sum, name] = line.split(/\s+/)
      const actual = createHash('sha256')
        .update(readFileSync(`${folder}/${name}`))
        .digest('hex')
      expect(actual, name).toBe(sum)
    }
  })

  it('are of the version the README names', () => {
    const bundle = read('lib/gateway-api/schema/standard/gateway.networking.k8s.io_httproutes.yaml')
    const version = bundle.match(/bundle-version: (v[\d.]+)/)?.[1]
    expect(read('README.md')).toContain(`Gateway API ${version}`)
  })
})

describe('the README', () => {
  it('lists the scripts of package.json, and only those', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const listed = [...read('README.md').matchAll(/^\| `npm (?:run )?([\w:]+)` \|/gm)].map(
      (match) => match[1],
    )
    expect(listed.sort()).toEqual(Object.keys(scripts).sort())
  })

  it('is short enough to be read', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151)
  })
})

const documents = files.filter((path) => path.endsWith('.md'))

describe.each(documents)('%s', (document) => {
  const beside = dirname(document)

  it('links only to files that exist', () => {
    const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
    const missing = links.filter(([, link = '']) => !files.includes(join(beside, link)))
    expect(missing.map(([, link]) => link)).toEqual([])
  })

  it('names only paths that exist', () => {
    const named = [
      ...read(document).matchAll(/`((?:app|bench|components|e2e|lib|server|tools)\/[\w./-]+)`/g),
    ]
    const isThere = (path: string) =>
      files.some((file) => file === path || file.startsWith(`${path}/`))
    const missing = named.filter(([, path = '']) => !isThere(path.replace(/\/$/, '')))
    expect(missing.map(([, path]) => path)).toEqual([])
  })
})
