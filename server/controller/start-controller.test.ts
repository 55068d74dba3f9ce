import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Condition, Gateway, HTTPRoute, KubernetesObject } from '@/lib/gateway-api/types'
import type { GatewayAcknowledgement, RouteTable } from '@/lib/routing/route-table'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { type Cluster, loadCluster } from '../kube/load-cluster'
import { createLogger } from '../log'
import { startController } from './start-controller'

/** Objects by REST path, with versions and watches: what the controller uses of an API server. */
class TinyApiServer {
  readonly requests: string[] = []
  readonly objects = new Map<string, KubernetesObject>()
  /** Called before a write is stored; returning false refuses it with 409. */
  beforeWrite: (path: string) => boolean = () => true
  private version = 100
  /** Every event, so that a watch continues from any version without missing one. */
  private readonly history: { type: string; path: string; object: KubernetesObject }[] = []
  private readonly watches = new Set<{
    path: string
    field: string | null
    response: ServerResponse
  }>()
  private server: Server | undefined
  private port = 0

  async listen(): Promise<string> {
    const server = createServer((request, response) => void this.handle(request, response))
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.server = server
    this.port = (server.address() as AddressInfo).port
    return `http://127.0.0.1:${this.port}`
  }

  async close(): Promise<void> {
    this.watches.clear()
    const closed = new Promise((resolve) => this.server?.close(resolve))
    this.server?.closeAllConnections()
    await closed
  }

  put(path: string, object: object): void {
    const known = this.objects.get(path)
    const draft = object as KubernetesObject
    const stored = {
      ...draft,
      metadata: {
        uid: `uid-${path}`,
        generation: (known?.metadata.generation ?? 0) + 1,
        ...draft.metadata,
        resourceVersion: String(++this.version),
      },
    }
    this.objects.set(path, stored)
    this.tell(known === undefined ? 'ADDED' : 'MODIFIED', path, stored)
  }

  remove(path: string): void {
    const known = this.objects.get(path)
    if (known === undefined || !this.objects.delete(path)) return
    this.tell('DELETED', path, {
      ...known,
      metadata: { ...known.metadata, resourceVersion: String(++this.version) },
    })
  }

  get<Kind extends KubernetesObject>(path: string): Kind {
    return this.objects.get(path) as Kind
  }

  private tell(type: string, path: string, object: KubernetesObject): void {
    this.history.push({ type, path, object })
    for (const watch of this.watches) {
      if (matches(watch.path, watch.field, path, object))
        watch.response.write(`${JSON.stringify({ type, object })}\n`)
    }
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://server')
    const field = url.searchParams.get('fieldSelector')
    this.requests.push(`${request.method} ${url.pathname}${field === null ? '' : ` ${field}`}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    if (request.method === 'PATCH')
      this.patch(url.pathname, Buffer.concat(chunks).toString(), response)
    else if (url.searchParams.get('watch') === 'true') this.watch(url, field, response)
    else {
      const items = [...this.objects]
        .filter(([path, object]) => matches(url.pathname, field, path, object))
        .map(([, object]) => object)
      response.end(JSON.stringify({ metadata: { resourceVersion: String(this.version) }, items }))
    }
  }

  private watch(url: URL, field: string | null, response: ServerResponse): void {
    response.writeHead(200)
    response.flushHeaders()
    const since = Number(url.searchParams.get('resourceVersion'))
    for (const { type, path, object } of this.history) {
      const newer = Number(object.metadata.resourceVersion) > since
      if (newer && matches(url.pathname, field, path, object)) {
        response.write(`${JSON.stringify({ type, object })}\n`)
      }
    }
    const watch = { path: url.pathname, field, response }
    this.watches.add(watch)
    response.on('close', () => this.watches.delete(watch))
  }

  private patch(pathname: string, body: string, response: ServerResponse): void {
    const path = pathname.replace(/\/status$/, '')
    const known = this.objects.get(path)
    const { metadata = {}, status } = JSON.parse(body)
    const isAllowed = known === undefined || this.beforeWrite(path)
    const { resourceVersion } = this.objects.get(path)?.metadata ?? {}
    if (known === undefined || !isAllowed || metadata.resourceVersion !== resourceVersion) {
      const code = known === undefined ? 404 : 409
      response.writeHead(code)
      response.end(JSON.stringify({ kind: 'Status', code, reason: '', message: 'refused' }))
      return
    }
    const merged = Object.entries({
      ...('status' in known ? Object(known.status) : {}),
      ...status,
    }).filter(([, value]) => value !== null)
    const stored = {
      ...known,
      status: Object.fromEntries(merged),
      metadata: { ...known.metadata, resourceVersion: String(++this.version) },
    }
    this.objects.set(path, stored)
    response.end(JSON.stringify(stored))
    this.tell('MODIFIED', path, stored)
  }
}

/** `/apis/g/v1/httproutes` covers `/apis/g/v1/namespaces/n/httproutes/x`, as does its own namespace's collection. */
function matches(
  collection: string,
  field: string | null,
  path: string,
  object: KubernetesObject,
): boolean {
  const plural = collection.split('/').pop()
  const parent = path.slice(0, path.lastIndexOf('/'))
  const all = parent.replace(/\/namespaces\/[^/]+(?=\/)/, '')
  const name = field?.replace('metadata.name=', '')
  return (
    parent.endsWith(`/${plural}`) &&
    (parent === collection || all === collection) &&
    (name === undefined || object.metadata.name === name)
  )
}

const G = '/apis/gateway.networking.k8s.io/v1'
const GATEWAY = `${G}/namespaces/default/gateways/eg`
const ROUTE = `${G}/namespaces/default/httproutes/http-mirror`
const SLICE = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/backend-1'

function meta(name: string, namespace: string | undefined = 'default') {
  return { metadata: { name, ...(namespace === '' ? {} : { namespace }) } }
}

function gateway(listeners: object[] = [{ name: 'http', protocol: 'HTTP', port: 80 }]) {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    ...meta('eg'),
    spec: { gatewayClassName: 'mine', listeners },
  }
}

function httpRoute(name: string, hostname: string) {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    ...meta(name),
    spec: {
      parentRefs: [{ name: 'eg' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: 'backend', port: 3000 }] }],
    },
  }
}

function slice(address: string) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'backend-1',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'backend' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
    ports: [{ port: 3000 }],
  }
}

function seed(server: TinyApiServer): void {
  server.put(`${G}/gatewayclasses/mine`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    ...meta('mine', ''),
    spec: { controllerName: CONTROLLER_NAME },
  })
  server.put('/api/v1/namespaces/default', {
    apiVersion: 'v1',
    kind: 'Namespace',
    ...meta('default', ''),
  })
  server.put('/api/v1/namespaces/default/services/backend', {
    apiVersion: 'v1',
    kind: 'Service',
    ...meta('backend'),
    spec: { ports: [{ port: 3000 }] },
  })
  server.put(SLICE, slice('127.1.0.1'))
  server.put(GATEWAY, gateway())
  server.put(ROUTE, httpRoute('http-mirror', 'backends.example'))
}

function acknowledge(table: RouteTable): GatewayAcknowledgement {
  return {
    version: table.version,
    gateways: table.gateways.map(({ key, listeners }) => ({
      key,
      address: { type: 'IPAddress', value: '127.0.0.10' },
      listeners: listeners.map(({ name, port }) => ({ name, port, bound: true, message: '' })),
    })),
  }
}

async function start(publish?: (table: RouteTable) => Promise<GatewayAcknowledgement>) {
  const server = new TinyApiServer()
  const url = await server.listen()
  onTestFinished(() => server.close())
  seed(server)
  const cluster = loadTestCluster(url)
  const tables: RouteTable[] = []
  const controller = startController({
    cluster,
    controllerNames: [CONTROLLER_NAME],
    logger: createLogger('test', () => {}),
    publish: async (table) => {
      tables.push(table)
      return publish === undefined ? acknowledge(table) : publish(table)
    },
  })
  onTestFinished(() => controller.stop())
  return { server, controller, tables, last: () => tables[tables.length - 1] }
}

function loadTestCluster(url: string): Cluster {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-controller-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'kubeconfig')
  const config = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: url } }],
    users: [{ name: 'c', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  }
  writeFileSync(path, JSON.stringify(config))
  const loaded = loadCluster({ kubeconfigPath: path })
  if (!loaded.ok) throw new Error(loaded.message)
  onTestFinished(() => loaded.cluster.close())
  return loaded.cluster
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function condition(conditions: readonly Condition[] | undefined, type: string): string {
  const found = conditions?.find((one) => one.type === type)
  return found === undefined
    ? 'absent'
    : `${found.status} ${found.reason} @${found.observedGeneration}`
}

const routeCondition = (server: TinyApiServer, type: string, path = ROUTE) =>
  condition(server.get<HTTPRoute>(path).status?.parents[0]?.conditions, type)

describe('startController', () => {
  it('publishes the table and writes class, Gateway, listener and route status', async () => {
    const { server, controller, tables } = await start()
    await controller.ready()
    expect(tables).toHaveLength(1)
    expect(tables[0]?.routes.map((route) => route.key)).toEqual(['default/http-mirror'])
    expect(tables[0]?.clusters).toEqual({
      'default/backend:3000': {
        protocol: 'http1',
        endpoints: [{ address: '127.1.0.1', port: 3000 }],
      },
    })
    const { status } = server.get<Gateway>(GATEWAY)
    expect(status?.addresses).toEqual([{ type: 'IPAddress', value: '127.0.0.10' }])
    expect(condition(status?.conditions, 'Programmed')).toBe('True Programmed @1')
    expect(status?.listeners?.[0]).toMatchObject({ name: 'http', attachedRoutes: 1 })
    expect(routeCondition(server, 'Accepted')).toBe('True Accepted @1')
    expect(
      server.get<KubernetesObject & { status?: { supportedFeatures?: unknown[] } }>(
        `${G}/gatewayclasses/mine`,
      ).status?.supportedFeatures,
    ).toContainEqual({ name: 'HTTPRouteRequestMultipleMirrors' })
  })

  it('settles: a status it has written leads to no further write and no further table', async () => {
    const { server, controller, tables } = await start()
    await controller.ready()
    const writes = () => server.requests.filter((request) => request.startsWith('PATCH')).length
    const before = writes()
    expect(before).toBe(3)
    server.put('/api/v1/namespaces/other', {
      apiVersion: 'v1',
      kind: 'Namespace',
      ...meta('other', ''),
    })
    server.put(`${G}/namespaces/default/httproutes/marker`, httpRoute('marker', 'marker.example'))
    await until(
      () =>
        routeCondition(server, 'Accepted', `${G}/namespaces/default/httproutes/marker`) !==
        'absent',
      'marker status',
    )
    await until(
      () => server.get<Gateway>(GATEWAY).status?.listeners?.[0]?.attachedRoutes === 2,
      'count',
    )
    expect(writes()).toBe(before + 2)
    expect(tables).toHaveLength(2)
  })

  it('follows a scaled Service without touching a route entry', async () => {
    const { server, controller, tables, last } = await start()
    await controller.ready()
    server.put(SLICE, slice('127.1.0.9'))
    await until(() => tables.length === 2, 'second table')
    expect(last()?.clusters['default/backend:3000']?.endpoints).toEqual([
      { address: '127.1.0.9', port: 3000 },
    ])
    expect(last()?.routes[0]).toBe(tables[0]?.routes[0])
  })

  it('translates a burst of changes together', async () => {
    const { server, controller, tables, last } = await start()
    await controller.ready()
    for (let index = 0; index < 200; index++) {
      server.put(
        `${G}/namespaces/default/httproutes/r${index}`,
        httpRoute(`r${index}`, `r${index}.example`),
      )
    }
    await until(() => last()?.routes.length === 201, 'all routes')
    expect(tables.length).toBeLessThan(20)
    await until(
      () =>
        routeCondition(server, 'Accepted', `${G}/namespaces/default/httproutes/r199`) ===
        'True Accepted @1',
      'statuses',
    )
  })

  it('writes each of 1,000 new routes once, and the Gateway a few times', async () => {
    const { server, controller, last } = await start()
    await controller.ready()
    const count = 1_000
    const paths = Array.from(
      { length: count },
      (_, index) => `${G}/namespaces/default/httproutes/r${index}`,
    )
    const written = (prefix: string) =>
      server.requests.filter((request) => request.startsWith(`PATCH ${prefix}`)).length
    const before = {
      routes: written(`${G}/namespaces/default/httproutes`),
      gateway: written(GATEWAY),
    }
    for (const [index, path] of paths.entries()) {
      server.put(path, httpRoute(`r${index}`, `r${index}.example`))
    }
    const accepted = (path: string) =>
      routeCondition(server, 'Accepted', path) === 'True Accepted @1'
    await until(() => paths.every(accepted), 'every route accepted')
    await until(
      () => server.get<Gateway>(GATEWAY).status?.listeners?.[0]?.attachedRoutes === count + 1,
      'all of them counted',
    )
    expect(last()?.routes).toHaveLength(count + 1)
    expect(written(`${G}/namespaces/default/httproutes`) - before.routes).toBe(count)
    expect(written(GATEWAY) - before.gateway).toBeLessThanOrEqual(10)
  })

  it('reports a new generation only once the gateway serves it', async () => {
    let release = () => {}
    const held: Promise<void>[] = []
    const { server, controller, tables } = await start(async (table) => {
      if (table.version > 1) {
        const gate = new Promise<void>((resolve) => {
          release = resolve
        })
        held.push(gate)
        await gate
      }
      return acknowledge(table)
    })
    await controller.ready()
    server.put(ROUTE, {
      ...httpRoute('http-mirror', 'changed.example'),
      status: server.get<HTTPRoute>(ROUTE).status,
    })
    await until(() => tables.length === 2, 'second table')
    expect(routeCondition(server, 'Accepted')).toBe('True Accepted @1')
    release()
    await until(() => routeCondition(server, 'Accepted') === 'True Accepted @2', 'new generation')
  })

  it('keeps trying when the gateway does not take a table, and says Pending meanwhile', async () => {
    let failures = 2
    const { server, controller, tables } = await start(async (table) => {
      if (failures-- > 0) throw new Error('workers are starting')
      return acknowledge(table)
    })
    await until(
      () =>
        condition(server.get<Gateway>(GATEWAY).status?.conditions, 'Programmed') ===
        'False Pending @1',
      'pending',
    )
    expect(routeCondition(server, 'Accepted')).toBe('absent')
    await controller.ready()
    expect(tables.map((table) => table.version)).toEqual([1, 2, 3])
    expect(condition(server.get<Gateway>(GATEWAY).status?.conditions, 'Programmed')).toBe(
      'True Programmed @1',
    )
    expect(routeCondition(server, 'Accepted')).toBe('True Accepted @1')
  })

  it('builds a status again when someone else wrote in between', async () => {
    const { server, controller } = await start()
    let overtaken = false
    server.beforeWrite = (path) => {
      if (path === ROUTE && !overtaken) {
        overtaken = true
        const theirs = {
          parentRef: { name: 'mesh' },
          controllerName: 'other.dev/controller',
          conditions: [],
        }
        server.put(ROUTE, { ...server.get<HTTPRoute>(ROUTE), status: { parents: [theirs] } })
      }
      return true
    }
    await controller.ready()
    const parents = () =>
      server.get<HTTPRoute>(ROUTE).status?.parents.map((parent) => parent.controllerName)
    await until(() => parents()?.length === 2, 'both parents')
    expect(overtaken).toBe(true)
    expect(parents()).toEqual(['other.dev/controller', CONTROLLER_NAME])
  })

  it('reads only the Secrets that a listener of ours names', async () => {
    const { server, controller, tables, last } = await start()
    const pem = (kind: string) =>
      Buffer.from(`-----BEGIN ${kind}-----\nAA==\n-----END ${kind}-----\n`).toString('base64')
    const secret = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      ...meta(name),
      data: { 'tls.crt': pem('CERTIFICATE'), 'tls.key': pem('PRIVATE KEY') },
    })
    server.put('/api/v1/namespaces/default/secrets/private', secret('private'))
    server.put('/api/v1/namespaces/default/secrets/cert', secret('cert'))
    await controller.ready()
    server.put(
      GATEWAY,
      gateway([
        {
          name: 'https',
          protocol: 'HTTPS',
          port: 443,
          tls: { certificateRefs: [{ name: 'cert' }] },
        },
      ]),
    )
    await until(() => last()?.gateways[0]?.listeners[0]?.protocol === 'HTTPS', 'https listener')
    const reads = server.requests.filter((request) => request.includes('/secrets'))
    expect(new Set(reads)).toEqual(
      new Set(['GET /api/v1/namespaces/default/secrets metadata.name=cert']),
    )
    const served = tables.length
    server.remove('/api/v1/namespaces/default/secrets/cert')
    await until(() => tables.length > served && last()?.gateways.length === 0, 'listener gone')
    expect(
      condition(server.get<Gateway>(GATEWAY).status?.listeners?.[0]?.conditions, 'ResolvedRefs'),
    ).toMatch(/^False InvalidCertificateRef|^True/)
    await until(
      () =>
        condition(
          server.get<Gateway>(GATEWAY).status?.listeners?.[0]?.conditions,
          'ResolvedRefs',
        ) === 'False InvalidCertificateRef @2',
      'unresolved',
    )
  })

  it('survives an API server restart: the table stays, and later changes arrive', async () => {
    const { server, controller, tables, last } = await start()
    await controller.ready()
    await server.close()
    server.put(ROUTE, {
      ...server.get<HTTPRoute>(ROUTE),
      ...httpRoute('http-mirror', 'while-away.example'),
    })
    await server.listen()
    await until(
      () => last()?.routes[0]?.attachments[0]?.hostnames[0] === 'while-away.example',
      'change made while away',
    )
    expect(tables.every((table) => table.routes.length === 1)).toBe(true)
    await until(
      () =>
        routeCondition(server, 'Accepted') ===
        `True Accepted @${server.get(ROUTE).metadata.generation}`,
      'status',
    )
  })

  it('stops without leaving a watch behind', async () => {
    const { server, controller } = await start()
    await controller.ready()
    await controller.stop()
    const before = server.requests.length
    server.put(ROUTE, httpRoute('http-mirror', 'ignored.example'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.requests).toHaveLength(before)
  })
})
