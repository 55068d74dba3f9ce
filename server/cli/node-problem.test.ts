import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { nodeProblem } from './node-problem.mjs'

it.each(['v20.9.0', 'v20.20.2', 'v22.0.0', 'v100.1.0'])('%s is new enough', (version) => {
  expect(nodeProblem(version)).toBeNull()
})

it.each(['v20.8.1', 'v18.20.4', 'v12.22.0', 'v8.17.0'])(
  '%s is refused in one sentence',
  (version) => {
    expect(nodeProblem(version)).toBe(
      `Node 20.9 or newer is needed and this is ${version}; install a newer Node.`,
    )
  },
)

it('asks for the version package.json asks for', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(nodeProblem('v1.0.0')).toContain(`Node ${engines.node.replace('>=', '')} or newer`)
})

it('is reached without importing what an old Node lacks', () => {
  const imported = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^import .* from '(.+)'$/gm)].map((found) => found[1])
  expect(imported('server/cli/run.mjs')).toEqual(['./node-problem.mjs'])
  expect(imported('server/cli/node-problem.mjs')).toEqual([])
})
