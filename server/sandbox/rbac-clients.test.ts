/** What a client library sees of rights: answers to its questions, refusals, and a watch whose right goes. */
import { readFile, writeFile } from 'node:fs/promises'
import https from 'node:https'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import { reviewAccess } from '@/server/kube/access-review'
import { type Cluster, loadCluster } from '@/server/kube/load-cluster'
import { listObjects } from '@/server/kube/objects'
import {
  gatewayApiDefinitions,
  startTestSandbox,
  TEST_TOKEN,
  type TestSandbox,
} from '../testing/start-sandbox'

const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings'
const MAPS = '/api/v1/namespaces/default/configmaps'

/** A sandbox in which ann may view `default`. */
async function start(): Promise<TestSandbox> {
  const user = { username: 'ann', groups: ['system:authenticated'] }
  const sandbox = await startTestSandbox({
    crds: await gatewayApiDefinitions(),
    isRbacEnabled: true,
    people: [{ token: 't-ann', user }],
  })
  onTestFinished(() => sandbox.stop())
  await sandbox.json('POST', BINDINGS, {
    metadata: { name: 'ann' },
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'User', name: 'ann' }],
  })
  return sandbox
}

async function clusterOf({ kubeconfig, home }: TestSandbox, token: string): Promise<Cluster> {
  const path = join(home, 'kubeconfig-client')
  await writeFile(path, (await readFile(kubeconfig, 'utf8')).replace(TEST_TOKEN, token))
  const loaded = loadCluster({ kubeconfigPath: path, context: undefined })
  if (!loaded.ok) throw new Error(loaded.message)
  onTestFinished(() => loaded.cluster.close())
  return loaded.cluster
}

test('its questions are answered and what it may not do is refused', async () => {
  const cluster = await clusterOf(await start(), 't-ann')
  const routes = { group: 'gateway.networking.k8s.io', resource: 'httproutes' }
  const ask = (verb: 'list' | 'patch', namespace?: string) =>
    reviewAccess(cluster, { ...routes, verb, ...(namespace !== undefined && { namespace }) })
  expect(await ask('list', 'default')).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "ann/default" of ClusterRole "view" to User "ann"',
  })
  expect(await ask('list')).toEqual({ allowed: false, reason: '' })
  expect(await ask('patch', 'default')).toEqual({ allowed: false, reason: '' })
  await expect(listObjects(cluster, KINDS.httproutes)).rejects.toThrow(
    'httproutes.gateway.networking.k8s.io is forbidden: User "ann" cannot list resource "httproutes" in API group "gateway.networking.k8s.io" at the cluster scope',
  )
})

test('a watch stays open when its right goes, and the next one is refused', async () => {
  const sandbox = await start()
  const headers = { authorization: 'Bearer t-ann' }
  const settings = { headers, agent: false as const, rejectUnauthorized: false }
  let text = ''
  await new Promise<void>((resolve) => {
    const request = https.get(
      `${sandbox.url}${MAPS}?watch=1&allowWatchBookmarks=true`,
      settings,
      (response) => {
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        resolve()
      },
    )
    onTestFinished(() => void request.destroy())
  })
  expect((await sandbox.send(MAPS, { headers })).status).toBe(200)
  await sandbox.json('DELETE', `${BINDINGS}/ann`)
  expect((await sandbox.send(MAPS, { headers })).status).toBe(403)
  expect((await sandbox.send(`${MAPS}?watch=1`, { headers })).status).toBe(403)
  await sandbox.json('POST', MAPS, { metadata: { name: 'late' } })
  await expect.poll(() => text).toContain('"late"')
})
