/** The cluster of the conformance suite: Services with Pods that say what they saw, and Gateways in front of them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import type { ClusterState } from '@/lib/routing/cluster-state'
import { CONTROLLER_NAME } from '@/lib/routing/supported-features'
import { closedPort } from '../peers'
import { makeCertificate } from '../tls-client'
import { gateway } from './case'

const INFRA = 'gateway-conformance-infra'
const WEB = 'gateway-conformance-web-backend'

export interface World {
  /** Requests each Service's Pods were sent, by Service. */
  readonly seen: Map<string, number>
  /** The base with a case's manifests. */
  state(yaml: string): ClusterState
  stop(): Promise<void>
}

/** Starts the Pods of every Service. */
export async function startWorld(): Promise<World> {
  const seen = new Map<string, number>()
  const servers: { close(): Promise<void> }[] = []
  const pod = async (name: string) => {
    const http = await startPod(name, seen, false)
    const http2 = await startPod(name, seen, true)
    servers.push(http, http2)
    return { http: http.port, http2: http2.port }
  }
  const base: KubernetesObject[] = [
    ...[INFRA, WEB].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'gateway-conformance': name === WEB ? 'backend' : 'infra' } },
    })),
    gatewayClass(),
    ...objectsOf(baseGateways()),
    await certificate(INFRA, 'tls-certificate'),
    await certificate(WEB, 'far-certificate'),
  ]
  const first = await pod('infra-backend-v1')
  for (const name of ['infra-backend-v1', 'infra-backend-v2', 'infra-backend-v3']) {
    const ports = name === 'infra-backend-v1' ? first : await pod(name)
    base.push(...service(INFRA, name, [ports.http], ports.http2))
  }
  base.push(...service(INFRA, 'headless', [first.http], first.http2))
  base.push(...service(INFRA, 'half-dead', [await closedPort(), first.http], first.http2))
  const web = await pod('web-backend')
  base.push(...service(WEB, 'web-backend', [web.http], web.http2))
  return {
    seen,
    state: (yaml) => toState([...base, ...objectsOf(yaml)]),
    async stop() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

function gatewayClass() {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'conformance' },
    spec: { controllerName: CONTROLLER_NAME },
  }
}

function baseGateways(): string {
  const selector = '{from: Selector, selector: {matchLabels: {gateway-conformance: backend}}}'
  return (
    gateway('same-namespace', '[{name: http, port: 80, protocol: HTTP}]') +
    gateway(
      'backend-namespaces',
      `[{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: ${selector}}}]`,
    )
  )
}

async function certificate(namespace: string, name: string): Promise<KubernetesObject> {
  const { certificate: crt, privateKey } = await makeCertificate()
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const data = { 'tls.crt': encode(crt), 'tls.key': encode(privateKey) }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data,
  } as KubernetesObject
}

/** Ports 8080 and 8082 are HTTP/1.1, the second for WebSockets; 8081 is HTTP/2. */
function service(namespace: string, name: string, http: readonly number[], http2: number) {
  const ports = [
    { name: 'first', port: 8080 },
    { name: 'second', port: 8081, appProtocol: 'kubernetes.io/h2c' },
    { name: 'third', port: 8082, appProtocol: 'kubernetes.io/ws' },
  ]
  // Real Pods have addresses of their own; here they differ by port, so each has a slice.
  const slices = http.map((port, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${index}`,
      namespace,
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [
      { name: 'first', port },
      { name: 'second', port: http2 },
      { name: 'third', port },
    ],
  }))
  const metadata = { name, namespace }
  return [{ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } }, ...slices]
}

/** Attempts so far of the requests that ask to fail at first, by their `test` parameter. */
const attempts = new Map<string, number>()

async function startPod(name: string, seen: Map<string, number>, isHttp2: boolean) {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    seen.set(name, (seen.get(name) ?? 0) + 1)
    request.resume()
    const url = new URL(request.url ?? '/', 'http://pod')
    const { code, delayMs } = failure(url.searchParams)
    const { method, headers, httpVersion: protocol } = request
    const host = headers.host ?? headers[':authority']
    const body = JSON.stringify({ name, method, path: request.url, host, headers, protocol })
    setTimeout(() => {
      response.writeHead(code, { 'x-backend': name })
      response.end(body)
    }, delayMs)
  }
  const server = isHttp2
    ? createHttp2Server((request, response) =>
        answer(request as never as IncomingMessage, response as never as ServerResponse),
      )
    : createServer(answer)
  server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) (server as Server).closeAllConnections()
      }),
  }
}

function failure(query: URLSearchParams): { readonly code: number; readonly delayMs: number } {
  const test = query.get('test') ?? ''
  const attempt = (attempts.get(test) ?? 0) + 1
  if (test !== '') attempts.set(test, attempt)
  const isFailing = attempt <= Number(query.get('succeedAfter') ?? 0)
  const isSlow = attempt <= Number(query.get('slowUntil') ?? 0)
  return {
    code: isFailing ? Number(query.get('responseCode')) : 200,
    delayMs: isSlow ? 5_000 : Number(query.get('delay') ?? 0),
  }
}

function objectsOf(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const object: unknown = document.toJS()
    return object === null ? [] : [object as KubernetesObject]
  })
}

function toState(objects: readonly KubernetesObject[]): ClusterState {
  const of = <Kind>(kind: string) => objects.filter((object) => object.kind === kind) as Kind[]
  return {
    gatewayClasses: of('GatewayClass'),
    gateways: of('Gateway'),
    httpRoutes: of('HTTPRoute'),
    referenceGrants: of('ReferenceGrant'),
    namespaces: of('Namespace'),
    services: of('Service'),
    endpointSlices: of('EndpointSlice'),
    secrets: of('Secret'),
  }
}
