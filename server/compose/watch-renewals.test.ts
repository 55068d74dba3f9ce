/** Grants and Secrets that come and go while every watch is renewed again and again: what counts is status and traffic. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import type { Condition, Gateway, HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import { sendMany } from '../gateway/test-support/load'
import { eventually, freePort } from '../gateway/test-support/test-gateway'
import { connectTls, makeCertificate } from '../gateway/test-support/tls-client'
import type { Cluster } from '../kube/load-cluster'
import { deleteObject } from '../kube/objects'
import { apply, get, startTestCluster } from '../testing/start-cluster'

const GATEWAY_API = 'gateway.networking.k8s.io/v1'
/** Longer than a watch is asked to last, and several bookmarks. */
const RENEWAL_MS = 300_000

/** Time that goes on by itself, as sockets and the disk need some, and jumps to where every watch is over. */
function startTime() {
  vi.useFakeTimers({
    shouldAdvanceTime: true,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  })
  onTestFinished(() => void vi.useRealTimers())
}

/** Counts the watches of a kind that were begun. */
function countWatches(plural: string): () => number {
  let count = 0
  const onRequest = (message: unknown) => {
    const { url = '' } = (message as { request: IncomingMessage }).request
    if (url.includes(`/${plural}?`) && url.includes('watch=true')) count += 1
  }
  subscribe('http.server.request.start', onRequest)
  onTestFinished(() => void unsubscribe('http.server.request.start', onRequest))
  return () => count
}

/** Renews every watch, and waits until the grants' is open again. */
async function renew(grantWatches: () => number): Promise<void> {
  const before = grantWatches()
  vi.advanceTimersByTime(RENEWAL_MS)
  await eventually('another watch', () => grantWatches() > before)
}

const says = (conditions: readonly Condition[] | undefined, type: string) => {
  const found = conditions?.find((condition) => condition.type === type)
  return `${found?.status} ${found?.reason}`
}

async function untilRoute(cluster: Cluster, expected: string): Promise<void> {
  await eventually(expected, async () => {
    const { status } = await get<HTTPRoute>(cluster, 'httproutes', 'crossing')
    return says(status?.parents[0]?.conditions, 'ResolvedRefs') === expected
  })
}

async function untilListener(cluster: Cluster, expected: string): Promise<void> {
  await eventually(expected, async () => {
    const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
    const listener = status?.listeners?.find(({ name }) => name === 'https')
    return says(listener?.conditions, 'ResolvedRefs') === expected
  })
}

function crossing(): readonly object[] {
  const labels = { app: 'far' }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'far', namespace: 'far' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'far',
                image: 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e',
                ports: [{ containerPort: 3000 }],
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'far', namespace: 'far' },
      spec: { selector: labels, ports: [{ port: 3000 }] },
    },
    {
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      metadata: { name: 'crossing', namespace: 'default' },
      spec: {
        parentRefs: [{ name: 'eg' }],
        hostnames: ['far.example'],
        rules: [{ backendRefs: [{ name: 'far', namespace: 'far', port: 3000 }] }],
      },
    },
  ]
}

const grant = {
  apiVersion: GATEWAY_API,
  kind: 'ReferenceGrant',
  metadata: { name: 'crossing', namespace: 'far' },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
    to: [{ group: '', kind: 'Service' }],
  },
}

async function codeOf(cluster: Cluster): Promise<string> {
  const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
  const [address = '', port = '80'] = (status?.addresses?.[0]?.value ?? '').split(':')
  const target = { address, port: Number(port) }
  const { statuses } = await sendMany(target, 10, 2, { headers: { host: 'far.example' } })
  return [...statuses.keys()].join()
}

it('opens and closes traffic with a grant that comes and goes around eight renewals', async () => {
  startTime()
  const grantWatches = countWatches('referencegrants')
  const cluster = await startTestCluster()
  for (const object of crossing()) await apply(cluster, object as KubernetesObject)
  await untilRoute(cluster, 'False RefNotPermitted')
  for (let renewal = 0; renewal < 8; renewal += 1) {
    const isGranted = renewal % 2 === 0
    const change = () =>
      isGranted
        ? apply(cluster, grant as KubernetesObject)
        : deleteObject(cluster, KINDS.referencegrants, 'far', 'crossing')
    // By turns before the renewal, right in it, and after it.
    if (renewal % 3 === 0) await change()
    const renewed = renew(grantWatches)
    if (renewal % 3 === 1) await change()
    await renewed
    if (renewal % 3 === 2) await change()
    await untilRoute(cluster, isGranted ? 'True ResolvedRefs' : 'False RefNotPermitted')
    await eventually('traffic', async () => (await codeOf(cluster)) === (isGranted ? '200' : '500'))
  }
  expect(grantWatches()).toBeGreaterThan(8)
}, 60_000)

it('opens and closes a listener with a Secret that comes and goes around six renewals', async () => {
  startTime()
  const grantWatches = countWatches('referencegrants')
  const cluster = await startTestCluster()
  const port = await freePort()
  const { spec } = await get<Gateway>(cluster, 'gateways', 'eg')
  const tls = { certificateRefs: [{ name: 'tls' }] }
  const https = { name: 'https', protocol: 'HTTPS', port, hostname: 'www.example.com', tls }
  await apply(cluster, {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name: 'eg', namespace: 'default' },
    spec: { ...spec, listeners: [...spec.listeners, https] },
  } as KubernetesObject)
  await untilListener(cluster, 'False InvalidCertificateRef')
  for (let renewal = 0; renewal < 6; renewal += 1) {
    const isThere = renewal % 2 === 0
    const made = await makeCertificate()
    const encode = (text: string) => Buffer.from(text).toString('base64')
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tls', namespace: 'default' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': encode(made.certificate), 'tls.key': encode(made.privateKey) },
    }
    const change = () =>
      isThere
        ? apply(cluster, secret as KubernetesObject)
        : deleteObject(cluster, KINDS.secrets, 'default', 'tls')
    const renewed = renew(grantWatches)
    if (renewal < 3) await change()
    await renewed
    if (renewal >= 3) await change()
    await untilListener(cluster, isThere ? 'True ResolvedRefs' : 'False InvalidCertificateRef')
    const { status } = await get<Gateway>(cluster, 'gateways', 'eg')
    const [address = ''] = (status?.addresses?.[0]?.value ?? '').split(':')
    await eventually('handshake', async () => {
      const opened = await connectTls({ address, port }, 'www.example.com').catch(() => null)
      opened?.socket.destroy()
      return isThere ? opened?.fingerprint === made.fingerprint : opened === null
    })
  }
}, 60_000)
