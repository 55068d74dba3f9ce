/** Secrets planted in a header, a query and a body are in no file, no plane's log, no answer of the API and no metric. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { ComparisonList, PairList } from '@/lib/dashboard-api/comparison'
import { deleteObjects } from './actions'
import { bash, gatewayHost, hasKubectl, kubectl } from './commands'
import { echoBackend } from './manifests'

const SECRETS = ['planted-in-header-7f3a', 'planted-in-query-7f3a', 'planted-in-body-7f3a']

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: secretive
  namespace: default
  annotations: {mirrorboard.dev/comparison: '{"percent":100}'}
spec:
  parentRefs: [{name: eg}]
  hostnames: [secretive.example]
  rules:
  - backendRefs: [{name: backend, port: 3000}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: secret-keeper, port: 3000}}}]
`

test.skip(!hasKubectl, 'kubectl is not installed')
test.afterAll(async () => {
  await deleteObjects(
    'httproute/secretive',
    'deploy/secret-keeper',
    'svc/secret-keeper',
    'sa/secret-keeper',
  )
})

test('what is captured for comparison holds no secret', async ({ request }) => {
  await kubectl('apply -f -', echoBackend('secret-keeper'))
  await kubectl('rollout status deploy/secret-keeper --timeout=60s')
  await kubectl('apply -f -', ROUTE)
  const host = await gatewayHost()
  const [header, query, body] = SECRETS
  const send = () =>
    bash(
      `curl -s -o /dev/null -w '%{http_code}' -H 'Host: secretive.example' -H 'Authorization: Bearer ${header}' ` +
        `-H 'Content-Type: application/json' -d '{"password":"${body}"}' 'http://${host}/x?token=${query}'`,
    )
  await expect.poll(async () => (await send()).stdout).toBe('200')
  const route = 'route=default/secretive'
  const list = async (): Promise<ComparisonList['comparisons']> =>
    ((await (await request.get(`/api/comparison?${route}`)).json()) as ComparisonList).comparisons
  await expect
    .poll(async () => (await list()).reduce((sum, { pairs }) => sum + pairs, 0))
    .toBeGreaterThan(0)
  const [comparison] = await list()
  const key = `${route}&generation=${comparison?.generation}&rule=0&filterIndex=0`
  const pairs = await (await request.get(`/api/comparison/pairs?${key}`)).text()
  const [first] = (JSON.parse(pairs) as PairList).pairs
  const pair = await (await request.get(`/api/comparison/pair?${key}&id=${first?.id}`)).text()
  expect(pair).toContain('[redacted ')
  // What is refused, and what Mirrorboard sends by itself, may tempt a plane to say so in its log.
  const refused = await bash(
    `curl -s -o /dev/null -w '%{http_code}' -H 'Authorization : Bearer ${header}' 'http://${host}/x?token=${query}'`,
  )
  expect(refused.stdout).toBe('400')
  const answers = [pairs, pair, await (await request.get(`/api/comparison/snapshot?${key}`)).text()]
  const metrics = `http://127.0.0.1:${Number(process.env['MIRRORBOARD_E2E_PORT'] ?? 4370) + 1}`
  const shared = readFileSync(
    join(process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? '', 'plane-secret'),
    'utf8',
  )
  for (const path of ['/metrics', '/exchanges'])
    answers.push(
      (await bash(`curl -s -H 'Authorization: Bearer ${shared}' ${metrics}${path}`)).stdout,
    )
  for (const path of [
    '/api/series?route=default/secretive&range=60',
    '/api/history?route=default/secretive',
  ]) {
    answers.push(await (await request.get(path)).text())
  }
  for (const secret of SECRETS) for (const answer of answers) expect(answer).not.toContain(secret)

  // Comparisons are written every few seconds: once the route's are on disk, so would its secrets be.
  const directory = process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? ''
  await expect
    .poll(() => filesWith(directory, 'default/secretive'), { timeout: 40_000 })
    .toContainEqual(expect.stringContaining('comparisons'))
  const log = join(directory, 'product.log')
  expect(filesWith(directory, 'Mirrorboard is ready')).toContain(log)
  for (const secret of SECRETS) expect(filesWith(directory, secret)).toEqual([])
})

/** Files below a directory whose bytes hold the text; sockets and what vanishes meanwhile are passed over. */
function filesWith(directory: string, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .filter((path) => readFileSync(path).includes(text))
}
