/** The controller against the real sandbox: its statuses must pass admission, and a restart must not lose it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { KINDS } from '@/lib/gateway-api/kinds'
import type {
  Condition,
  Gateway,
  GatewayClass,
  HTTPRoute,
  KubernetesObject,
} from '@/lib/gateway-api/types'
import type { GatewayAcknowledgement, RouteTable } from '@/lib/routing/route-table'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { applyManifest } from '../kube/apply-manifest'
import { type Cluster, loadCluster } from '../kube/load-cluster'
import { deleteObject, getObject } from '../kube/objects'
import { createLogger } from '../log'
import { gatewayApiDefinitions, startTestSandbox } from '../testing/start-sandbox'
import { startController } from './start-controller'

const GATEWAY_API = 'gateway.networking.k8s.io/v1'
const silent = createLogger('test', () => {})

function route(name: string, hostname: string, mirror = 'backend-2'): HTTPRoute {
  return {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: [hostname],
      rules: [
        {
          filters: [
            { type: 'RequestMirror', requestMirror: { backendRef: { name: mirror, port: 3000 } } },
          ],
          backendRefs: [{ name: 'backend', port: 3000 }],
        },
      ],
    },
  }
}

function service(name: string): KubernetesObject & { spec: unknown } {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 3000 }] },
  }
}

const seeds: KubernetesObject[] = [
  {
    apiVersion: GATEWAY_API,
    kind: 'GatewayClass',
    metadata: { name: 'eg' },
    spec: { controllerName: ENVOY_CONTROLLER_NAME },
  },
  {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name: 'eg', namespace: 'default' },
    spec: { gatewayClassName: 'eg', listeners: [{ name: 'http', protocol: 'HTTP', port: 80 }] },
  },
  service('backend'),
  service('backend-2'),
  route('http-mirror', 'backends.example'),
].map((seed) => ({ ...seed }))

async function apply(cluster: Cluster, object: KubernetesObject): Promise<void> {
  const result = await applyManifest(cluster, object, { dryRun: false, force: false })
  if (result.error !== undefined) throw new Error(result.error.message)
}

function acknowledge(table: RouteTable): GatewayAcknowledgement {
  return {
    version: table.version,
    gateways: table.gateways.map(({ key, listeners }) => ({
      key,
      address: { type: 'mirrorboard.dev/HostPort', value: '127.0.0.10:10080' },
      listeners: listeners.map(({ name }) => ({
        name,
        port: 10080,
        bound: true,
        message: 'Port 80 may not be bound here; 10080 is.',
      })),
    })),
  }
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const show = (conditions: readonly Condition[] | undefined, type: string) => {
  const found = conditions?.find((one) => one.type === type)
  return found === undefined
    ? 'absent'
    : `${found.status} ${found.reason} @${found.observedGeneration}`
}

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'mirrorboard-controller-'))
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }))
  const crds = await gatewayApiDefinitions()
  let sandbox = await startTestSandbox({ dataDirectory, crds })
  onTestFinished(() => sandbox.stop())
  const loaded = loadCluster({ kubeconfigPath: sandbox.kubeconfig })
  if (!loaded.ok) throw new Error(loaded.message)
  const { cluster } = loaded
  onTestFinished(() => cluster.close())
  for (const seed of seeds) await apply(cluster, seed)
  const tables: RouteTable[] = []
  const controller = startController({
    cluster,
    controllerNames: [CONTROLLER_NAME, ENVOY_CONTROLLER_NAME],
    logger: silent,
    publish: async (table) => {
      tables.push(table)
      return acknowledge(table)
    },
  })
  onTestFinished(() => controller.stop())
  const { port } = sandbox
  const restart = async () => {
    await sandbox.stop()
    sandbox = await startTestSandbox({ dataDirectory, crds, port })
  }
  return { cluster, controller, tables, restart }
}

async function routeStatus(cluster: Cluster, type: string, name = 'http-mirror'): Promise<string> {
  const stored = (await getObject(cluster, KINDS.httproutes, 'default', name)) as HTTPRoute | null
  return show(stored?.status?.parents?.[0]?.conditions, type)
}

it('writes statuses that the API server admits and stores as they are', async () => {
  const { cluster, controller, tables } = await start()
  await controller.ready()
  expect(tables[tables.length - 1]?.routes[0]?.rules[0]?.mirrors).toEqual([
    { filterIndex: 0, cluster: 'default/backend-2:3000', fraction: 1 },
  ])
  const gateway = (await getObject(cluster, KINDS.gateways, 'default', 'eg')) as Gateway
  expect(gateway.status?.addresses).toEqual([
    { type: 'mirrorboard.dev/HostPort', value: '127.0.0.10:10080' },
  ])
  expect(show(gateway.status?.conditions, 'Programmed')).toBe('True Programmed @1')
  expect(gateway.status?.listeners?.[0]?.attachedRoutes).toBe(1)
  const gatewayClass = (await getObject(cluster, KINDS.gatewayclasses, '', 'eg')) as GatewayClass
  expect(show(gatewayClass.status?.conditions, 'Accepted')).toBe('True Accepted @1')
  expect(gatewayClass.status?.supportedFeatures?.map(({ name }) => name)).not.toContain(
    'HTTPRouteRequestMultipleMirrors',
  )
  expect(await routeStatus(cluster, 'Accepted')).toBe('True Accepted @1')
  // Settled: what it has written is stored unchanged, so that further passes leave it alone.
  const versions = async () => {
    const objects = [
      await getObject(cluster, KINDS.gatewayclasses, '', 'eg'),
      await getObject(cluster, KINDS.httproutes, 'default', 'http-mirror'),
    ]
    return objects.map((object) => object?.metadata.resourceVersion)
  }
  const before = await versions()
  await apply(cluster, route('marker', 'marker.example'))
  await until(
    async () => (await routeStatus(cluster, 'Accepted', 'marker')) === 'True Accepted @1',
    'marker accepted',
  )
  await deleteObject(cluster, KINDS.httproutes, 'default', 'marker')
  await until(async () => tables[tables.length - 1]?.routes.length === 1, 'marker gone')
  expect(await versions()).toEqual(before)
})

it('answers a missing mirror with ResolvedRefs, and recovers when it comes', async () => {
  const { cluster, controller } = await start()
  await controller.ready()
  await apply(cluster, route('http-mirror', 'backends.example', 'backend-3'))
  await until(
    async () => (await routeStatus(cluster, 'ResolvedRefs')) === 'False BackendNotFound @2',
    'not found',
  )
  expect(await routeStatus(cluster, 'Accepted')).toBe('True Accepted @2')
  await apply(cluster, service('backend-3'))
  await until(
    async () => (await routeStatus(cluster, 'ResolvedRefs')) === 'True ResolvedRefs @2',
    'found',
  )
})

it('carries on where it was after the sandbox restarts on the same port', async () => {
  const { cluster, controller, tables, restart } = await start()
  await controller.ready()
  await restart()
  await apply(cluster, route('later', 'later.example'))
  await until(
    async () => (await routeStatus(cluster, 'Accepted', 'later')) === 'True Accepted @1',
    'accepted after restart',
  )
  expect(tables.slice(1).every((table) => table.routes.length >= 1)).toBe(true)
})
