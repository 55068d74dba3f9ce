import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startTestSandbox } from '../../../testing/start-sandbox'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const ROLES = `${RBAC}/clusterroles`
const PATCH = 'application/merge-patch+json'

test('default roles get back what they lost at the next start, unless they are to stay as they are', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-roles-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const start = () => startTestSandbox({ dataDirectory, isRbacEnabled: true })
  const first = await start()
  const before = (await first.json('GET', `${ROLES}/system:discovery`)).body
  await first.json('PATCH', `${ROLES}/system:discovery`, { rules: [] }, PATCH)
  const kept = { metadata: { annotations: { 'rbac.authorization.k8s.io/autoupdate': 'false' } } }
  await first.json('PATCH', `${ROLES}/system:basic-user`, { ...kept, rules: [] }, PATCH)
  await first.json('DELETE', `${ROLES}/system:monitoring`)
  const binding = `${RBAC}/clusterrolebindings/system:discovery`
  const ann = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ann' }
  await first.json('PATCH', binding, { subjects: [ann] }, PATCH)
  await first.stop()

  const second = await start()
  onTestFinished(() => second.stop())
  const rulesOf = async (name: string) => (await second.json('GET', `${ROLES}/${name}`)).body.rules
  const paths = (rules: { nonResourceURLs: string[] }[]) =>
    rules.flatMap((rule) => rule.nonResourceURLs).sort()
  expect(paths(await rulesOf('system:discovery'))).toEqual(paths(before.rules))
  expect(await rulesOf('system:basic-user')).toBeNull()
  expect(await rulesOf('system:monitoring')).toHaveLength(1)
  expect(await rulesOf('view')).toContainEqual(
    expect.objectContaining({ resources: expect.arrayContaining(['httproutes']) }),
  )
  const { subjects } = (await second.json('GET', binding)).body
  expect(subjects.map(({ name }: { name: string }) => name)).toEqual([
    'ann',
    'system:authenticated',
  ])
})

test('without RBAC there are none, and roles can be made and bind nobody', async () => {
  const sandbox = await startTestSandbox()
  onTestFinished(() => sandbox.stop())
  expect((await sandbox.json('GET', ROLES)).body.items).toEqual([])
  const body = { metadata: { name: 'r' }, rules: [] }
  expect((await sandbox.json('POST', ROLES, body)).status).toBe(201)
  const headers = { 'impersonate-user': 'nobody' }
  expect((await sandbox.send('/api/v1/secrets', { headers })).status).toBe(200)
})
