import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadCluster } from './load-cluster'
import { podMetricsReader } from './pod-metrics'

const OPTIONS = { labelSelector: 'owner', port: 19001, path: '/stats?filter=a', podsMax: 2 }

/** An API server with Pods, whose proxy answers with the path it was asked for. */
async function startApi(pods: () => readonly Record<string, string>[]) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.startsWith('/api/v1/pods') === true) {
      response.end(JSON.stringify({ items: pods().map((metadata) => ({ metadata })) }))
    } else if (request.url?.includes('broken') === true) response.writeHead(503).end()
    else response.end('up 1\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })
  const kubeconfigPath = join(directory, 'config')
  const { port } = server.address() as AddressInfo
  writeFileSync(
    kubeconfigPath,
    JSON.stringify({
      'current-context': 'a',
      clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${port}` } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: '' } }],
    }),
  )
  const loaded = loadCluster({ kubeconfigPath })
  if (!loaded.ok) throw new Error(loaded.message)
  onTestFinished(() => loaded.cluster.close())
  const read = podMetricsReader(loaded.cluster, OPTIONS)
  const { signal } = new AbortController()
  return { asked, read: () => read({ bytesMax: 1000, timeoutMs: 5000, signal }) }
}

const pod = (name: string) => ({ namespace: 'infra', name, uid: `uid-${name}` })

test('Pods with the label are read through the API server’s proxy, those that are leaving not', async () => {
  const api = await startApi(() => [pod('a'), { ...pod('b'), deletionTimestamp: 'now' }])
  expect(await api.read()).toEqual([{ id: 'infra/a uid-a', text: 'up 1\n' }])
  expect(api.asked[0]).toContain('labelSelector=owner')
  expect(api.asked[1]).toBe('/api/v1/namespaces/infra/pods/a:19001/proxy/stats?filter=a')
  await api.read()
  expect(api.asked.filter((url) => url.startsWith('/api/v1/pods'))).toHaveLength(1)
})

test('no Pod, too many, and one that does not answer are said', async () => {
  let pods: readonly ReturnType<typeof pod>[] = []
  const api = await startApi(() => pods)
  expect(await api.read()).toMatch(/^No Pod with the label owner is running/)
  pods = ['a', 'b', 'c'].map(pod)
  const many = await startApi(() => pods)
  expect(await many.read()).toMatch(/^3 Pods have the label owner, more than the 2/)
  pods = [pod('broken')]
  const broken = await startApi(() => pods)
  expect(await broken.read()).toMatch(/^The gateway’s Pods could not be read: /)
  pods = [pod('a')]
  expect(await broken.read()).toHaveLength(1)
})
