import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { LiveChange, LiveConnection, LiveSnapshot } from '@/lib/dashboard-api/live'
import { KINDS, type ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { toEditableYaml } from '@/lib/manifest/to-editable-yaml'
import { reviewAccess } from './access-review'
import { applyManifest } from './apply-manifest'
import { getClusterInfo, getServerVersion } from './cluster-info'
import { fetchSchema, inlineReferences } from './fetch-schema'
import { type KubeClock, startInformer } from './informer'
import { KubeError } from './kube-error'
import {
  LIVE_SUBSCRIBERS_MAX,
  REQUEST_TIMEOUT_MS,
  RETRY_LONGEST_MS,
  WATCH_OVERTIME_SECONDS,
  WATCH_SECONDS,
} from './limits'
import { createLiveCache } from './live-cache'
import { type Cluster, loadCluster } from './load-cluster'
import { deleteObject, getObject, listObjects, patchStatus } from './objects'
import { openPodLog } from './pod-log'
import { resolveKind } from './resolve-kind'
import { readWarnings } from './transport'

interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Answer = (call: Call, response: ServerResponse) => void

/** A real HTTP server on a free port that answers as the test says, and a kubeconfig for it. */
async function startServer(
  answer: Answer,
): Promise<{ cluster: Cluster; calls: Call[]; url: string }> {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const url = new URL(request.url ?? '/', 'http://server')
    const call = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    calls.push(call)
    answer(call, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { cluster: load(writeKubeconfig(kubeconfig(url))), calls, url }
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
    contexts: [
      { name: 'test', context: { cluster: 'c', user: 'u' } },
      { name: 'shop', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
      { name: 'nobody', context: { cluster: 'c' } },
      { name: 'lost', context: { cluster: 'gone', user: 'u' } },
    ],
  })
}

function writeKubeconfig(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-kube-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'kubeconfig')
  writeFileSync(path, text)
  return path
}

function load(path: string, context?: string): Cluster {
  const loaded = loadCluster({ kubeconfigPath: path, context })
  if (!loaded.ok) throw new Error(loaded.message)
  onTestFinished(() => loaded.cluster.close())
  return loaded.cluster
}

function json(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function status(code: number, reason: string, message: string, causes: unknown[] = []) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message,
    details: { causes },
  }
}

function route(
  name: string,
  resourceVersion: string,
  extra: Partial<KubernetesObject['metadata']> = {},
) {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion,
      generation: 1,
      ...extra,
    },
    spec: { rules: [{ backendRefs: [{ name: 'backend', port: 3000, weight: 1 }] }] },
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Delays end at once and are recorded. */
function fakeClock(): KubeClock & { delays: number[]; time: number } {
  const clock = {
    delays: [] as number[],
    time: 0,
    now: () => clock.time,
    random: () => 1,
    delay: async (milliseconds: number) => {
      clock.delays.push(milliseconds)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
  return clock
}

describe('loadCluster', () => {
  it('takes the current context, or the one asked for', () => {
    const path = writeKubeconfig(kubeconfig('http://127.0.0.1:1'))
    expect(load(path)).toMatchObject({
      context: 'test',
      namespace: 'default',
      server: 'http://127.0.0.1:1',
    })
    expect(load(path, 'shop')).toMatchObject({ context: 'shop', namespace: 'shop' })
    expect(load(path, 'nobody').context).toBe('nobody')
  })

  it('never shows a password that stands in the URL', () => {
    const cluster = load(writeKubeconfig(kubeconfig('http://user:hidden@127.0.0.1:1/prefix/')))
    expect(cluster.server).toBe('http://127.0.0.1:1/prefix')
  })

  it('says in one sentence what is wrong with a kubeconfig, never its contents', () => {
    const good = writeKubeconfig(kubeconfig('http://127.0.0.1:1'))
    const cases: [string, string | undefined, RegExp][] = [
      [
        '/nowhere/kubeconfig',
        undefined,
        /^\/nowhere\/kubeconfig cannot be read: the file does not exist\.$/,
      ],
      [writeKubeconfig('token: secret-token\n  - bad: ['), undefined, /cannot be read/],
      [good, 'staging', /has no context "staging"\. It has test, shop, nobody, lost\.$/],
      [good, 'lost', /context "lost" names a cluster that is not there/],
      [writeKubeconfig(kubeconfig('not a url')), undefined, /is not a URL/],
      [
        writeKubeconfig('{"clusters":[],"users":[],"contexts":[]}'),
        undefined,
        /sets no current context. It has no contexts/,
      ],
    ]
    for (const [kubeconfigPath, context, expected] of cases) {
      const loaded = loadCluster({ kubeconfigPath, context })
      expect(loaded.ok ? '' : loaded.message).toMatch(expected)
      expect(loaded.ok ? '' : loaded.message).not.toContain('secret-token')
    }
  })
})

describe('calls', () => {
  it('sends the token and keeps connections for the next call', async () => {
    const sockets = new Set<unknown>()
    const { cluster, calls } = await startServer((_, response) => {
      sockets.add(response.socket)
      json(response, { gitVersion: 'v1.33.0' })
    })
    for (let call = 0; call < 5; call++) expect(await getServerVersion(cluster)).toBe('v1.33.0')
    expect(calls[0]?.headers.authorization).toBe('Bearer secret-token')
    expect(sockets.size).toBe(1)
  })

  it('lists every page and fills in what items of built-in kinds leave out', async () => {
    const { cluster, calls } = await startServer((call, response) => {
      const second = call.query.get('continue') === 'next'
      json(response, {
        kind: 'ServiceList',
        metadata: { resourceVersion: '7', ...(second ? {} : { continue: 'next' }) },
        items: [{ metadata: { name: second ? 'b' : 'a', namespace: 'default' } }],
      })
    })
    const list = await listObjects(cluster, KINDS.services, {
      resourceVersion: '0',
      labelSelector: 'app=x',
    })
    expect(
      list.items.map((item) => `${item.apiVersion} ${item.kind} ${item.metadata.name}`),
    ).toEqual(['v1 Service a', 'v1 Service b'])
    expect(list.resourceVersion).toBe('7')
    expect(calls.map((call) => call.query.get('resourceVersion'))).toEqual(['0', null])
    expect(calls[0]?.query.get('labelSelector')).toBe('app=x')
  })

  it('answers null for a missing object and the Status for any other refusal', async () => {
    const { cluster } = await startServer((call, response) => {
      if (call.path.endsWith('/absent')) json(response, status(404, 'NotFound', 'not found'), 404)
      else json(response, status(403, 'Forbidden', 'routes is forbidden'), 403)
    })
    expect(await getObject(cluster, KINDS.httproutes, 'default', 'absent')).toBeNull()
    const refusal = await getObject(cluster, KINDS.httproutes, 'default', 'x').catch(
      (error: unknown) => error,
    )
    expect(refusal).toBeInstanceOf(KubeError)
    expect(refusal).toMatchObject({ code: 'status', status: { code: 403, reason: 'Forbidden' } })
  })

  it('never leaves the path of a name', async () => {
    const { cluster, calls } = await startServer((_, response) => json(response, route('a', '1')))
    await getObject(cluster, KINDS.httproutes, 'default', 'a/b?c#d')
    expect(calls[0]?.path).toBe(
      '/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes/a%2Fb%3Fc%23d',
    )
    await expect(getObject(cluster, KINDS.httproutes, 'default', '..')).rejects.toThrow(
      'is not a name',
    )
    expect(calls).toHaveLength(1)
  })

  it('tells unreachable, late, given up, cut off and not JSON apart', async () => {
    const gone = load(writeKubeconfig(kubeconfig('http://127.0.0.1:1')))
    const codeOf = (call: Promise<unknown>) =>
      call.then(
        () => 'ok',
        (error: KubeError) => error.code,
      )
    expect(await codeOf(getServerVersion(gone))).toBe('unreachable')
    expect(await getClusterInfo(gone)).toMatchObject({ reachable: false, kubernetesVersion: null })
    const { cluster } = await startServer((call, response) => {
      if (call.path === '/version') response.end('<html>')
      else if (call.path === '/cut') {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half')
        setImmediate(() => response.destroy())
      }
    })
    expect(await codeOf(getServerVersion(cluster))).toBe('malformed')
    expect(await codeOf(cluster.transport.send({ method: 'GET', path: '/cut' }))).toBe(
      'unreachable',
    )
    expect(
      await codeOf(cluster.transport.send({ method: 'GET', path: '/never', timeoutMs: 20 })),
    ).toBe('timeout')
    const controller = new AbortController()
    const call = cluster.transport.send({
      method: 'GET',
      path: '/never',
      signal: controller.signal,
    })
    controller.abort()
    expect(await codeOf(call)).toBe('aborted')
  })

  it('reads warnings with escapes, several in one header or in many', () => {
    expect(
      readWarnings([
        'Warning',
        '299 - "unknown field \\"spec.foo\\""',
        'X',
        'y',
        'warning',
        '299 - "a, b", 299 - "c"',
      ]),
    ).toEqual(['unknown field "spec.foo"', 'a, b', 'c'])
  })

  it('deletes with preconditions, patches status, reviews access', async () => {
    const { cluster, calls } = await startServer((call, response) => {
      if (call.method === 'POST') json(response, { status: { allowed: false, reason: 'no' } }, 201)
      else json(response, route('a', '2'))
    })
    await deleteObject(cluster, KINDS.httproutes, 'default', 'a', { uid: 'u1' })
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      preconditions: { uid: 'u1' },
      propagationPolicy: 'Background',
    })
    await patchStatus(
      cluster,
      KINDS.httproutes,
      { namespace: 'default', name: 'a', resourceVersion: '1' },
      { parents: [] },
    )
    expect(calls[1]).toMatchObject({
      method: 'PATCH',
      path: expect.stringMatching(/httproutes\/a\/status$/),
    })
    expect(JSON.parse(calls[1]?.body ?? '')).toEqual({
      metadata: { resourceVersion: '1' },
      status: { parents: [] },
    })
    expect(
      await reviewAccess(cluster, {
        verb: 'patch',
        group: 'gateway.networking.k8s.io',
        resource: 'httproutes',
      }),
    ).toEqual({
      allowed: false,
      reason: 'no',
    })
  })

  it('finds the resource of a kind it does not know by discovery, and asks once', async () => {
    const { cluster, calls } = await startServer((call, response) =>
      call.path === '/apis/example.dev/v1'
        ? json(response, {
            resources: [
              { name: 'things/status', kind: 'Thing', namespaced: true },
              { name: 'things', kind: 'Thing', namespaced: true },
            ],
          })
        : json(response, status(404, 'NotFound', 'x'), 404),
    )
    const expected = {
      group: 'example.dev',
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      namespaced: true,
    }
    expect(await resolveKind(cluster, 'example.dev/v1', 'Thing')).toEqual(expected)
    expect(await resolveKind(cluster, 'example.dev/v1', 'Thing')).toEqual(expected)
    expect(calls).toHaveLength(1)
    expect(await resolveKind(cluster, 'other.dev/v1', 'Thing')).toBeNull()
    expect(await resolveKind(cluster, '../../etc', 'Thing')).toBeNull()
    expect(await resolveKind(cluster, 'v1', 'Service')).toEqual(KINDS.services)
  })

  it('streams a Pod’s log and passes on the server’s refusal', async () => {
    const { cluster, calls } = await startServer((call, response) => {
      if (call.query.get('follow') === 'true') response.write('one\n', () => response.end('two\n'))
      else json(response, status(400, 'BadRequest', 'container is waiting to start'), 400)
    })
    const log = await openPodLog(cluster, 'default', 'p', {
      follow: true,
      tailLines: 5,
      container: 'c',
    })
    const chunks: string[] = []
    for await (const chunk of log) chunks.push(String(chunk))
    expect(chunks.join('')).toBe('one\ntwo\n')
    expect(calls[0]?.query.get('tailLines')).toBe('5')
    await expect(openPodLog(cluster, 'default', 'p')).rejects.toThrow(
      'container is waiting to start',
    )
  })
})

describe('fetchSchema', () => {
  it('takes a custom kind’s schema from its definition, and another’s from OpenAPI with references inlined', async () => {
    const crd = {
      spec: {
        versions: [
          {
            name: 'v1',
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-validations': [] } },
          },
        ],
      },
    }
    const schemas = {
      Service: {
        'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Service' }],
        properties: { spec: { description: 'd', allOf: [{ $ref: '#/components/schemas/Spec' }] } },
      },
      Spec: { type: 'object', properties: { self: { $ref: '#/components/schemas/Spec' } } },
    }
    const { cluster } = await startServer((call, response) => {
      if (call.path === '/version') json(response, { gitVersion: 'v1.33.0' })
      else if (call.path.includes('customresourcedefinitions/httproutes')) json(response, crd)
      else if (call.path === '/openapi/v3/api/v1') json(response, { components: { schemas } })
      else json(response, status(404, 'NotFound', 'x'), 404)
    })
    expect(await fetchSchema(cluster, KINDS.httproutes)).toEqual({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      kubernetesVersion: 'v1.33.0',
      openAPIV3Schema: { type: 'object', 'x-kubernetes-validations': [] },
    })
    const service = await fetchSchema(cluster, KINDS.services)
    expect(service?.openAPIV3Schema['properties']).toEqual({
      spec: { description: 'd', type: 'object', properties: { self: { type: 'object' } } },
    })
    expect(await fetchSchema(cluster, KINDS.deployments)).toBeNull()
    expect(() => inlineReferences({ $ref: '#/components/schemas/Nope' }, {})).toThrow('not there')
  })
})

describe('applyManifest', () => {
  const draft: KubernetesObject & { spec: unknown } = {
    ...route('http-mirror', '999'),
    metadata: { name: 'http-mirror', managedFields: [] },
  }
  const options = { dryRun: false, force: false }

  it('creates, in the context’s namespace, without what may not be applied', async () => {
    const { cluster, calls } = await startServer((call, response) =>
      call.method === 'GET'
        ? json(response, status(404, 'NotFound', 'x'), 404)
        : json(response, route('http-mirror', '1'), 201, { warning: '299 - "careful"' }),
    )
    const result = await applyManifest(cluster, draft, options)
    expect(result).toMatchObject({
      outcome: 'created',
      namespace: 'default',
      live: null,
      warnings: ['careful'],
    })
    const patch = calls[1]
    expect(patch?.headers['content-type']).toBe('application/apply-patch+yaml')
    expect(Object.fromEntries(patch?.query ?? [])).toEqual({
      fieldManager: 'mirrorboard',
      fieldValidation: 'Strict',
      force: 'false',
    })
    expect(JSON.parse(patch?.body ?? '').metadata).toEqual({
      name: 'http-mirror',
      namespace: 'default',
    })
  })

  it('tells unchanged from configured by content, whatever the version', async () => {
    let stored = route('http-mirror', '2')
    const { cluster, calls } = await startServer((call, response) =>
      json(response, call.method === 'GET' ? route('http-mirror', '1') : stored),
    )
    expect((await applyManifest(cluster, draft, { ...options, dryRun: true })).outcome).toBe(
      'unchanged',
    )
    expect(calls[1]?.query.get('dryRun')).toBe('All')
    stored = { ...stored, spec: { rules: [] } }
    expect((await applyManifest(cluster, draft, options)).outcome).toBe('configured')
  })

  it('shows conflicts by owner and whether taking over changes anything', async () => {
    const cause = (manager: string, field: string) => ({
      reason: 'FieldManagerConflict',
      field,
      message: `conflict with ${manager}`,
    })
    const live = {
      ...route('http-mirror', '1'),
      metadata: { ...route('http-mirror', '1').metadata, labels: { 'a.b/c': 'old' } },
    }
    const forced = { ...live, metadata: { ...live.metadata, labels: { 'a.b/c': 'new' } } }
    const { cluster } = await startServer((call, response) => {
      if (call.method === 'GET') json(response, live)
      else if (call.query.get('force') === 'true') json(response, forced)
      else {
        const causes = [
          cause('"kubectl-client-side-apply" using gateway.networking.k8s.io/v1', '.spec.rules'),
          cause('"alpha"', '.metadata.labels.a.b/c'),
        ]
        json(response, status(409, 'Conflict', 'Apply failed with 2 conflicts', causes), 409)
      }
    })
    const result = await applyManifest(cluster, draft, options)
    expect(result.outcome).toBe('conflict')
    expect(result.conflicts).toEqual([
      { manager: 'kubectl-client-side-apply', fields: ['.spec.rules'], sameValues: true },
      { manager: 'alpha', fields: ['.metadata.labels.a.b/c'], sameValues: false },
    ])
    expect(result.error?.reason).toBe('Conflict')
  })

  it('returns the server’s refusal, and refuses by itself what has no name or no kind', async () => {
    const { cluster } = await startServer((call, response) => {
      if (call.method === 'GET') json(response, status(404, 'NotFound', 'x'), 404)
      else
        json(
          response,
          status(422, 'Invalid', 'is invalid', [
            { reason: 'FieldValueInvalid', field: 'spec', message: 'no' },
          ]),
          422,
        )
    })
    expect(await applyManifest(cluster, draft, options)).toMatchObject({
      outcome: 'rejected',
      error: { code: 422, causes: [{ field: 'spec' }] },
    })
    const nameless = { ...draft, metadata: { name: '' } }
    expect((await applyManifest(cluster, nameless, options)).error?.message).toBe(
      'resource name may not be empty',
    )
    const unknown = { ...draft, apiVersion: 'example.dev/v1', kind: 'Thing' }
    expect((await applyManifest(cluster, unknown, options)).error?.message).toBe(
      'no matches for kind "Thing" in version "example.dev/v1"',
    )
  })

  it('names the version that is served where another one is asked for', async () => {
    const { cluster } = await startServer(({ path }, response) =>
      path === '/apis/gateway.networking.k8s.io/v1'
        ? json(response, {
            resources: [{ name: 'httproutes', kind: 'HTTPRoute', namespaced: true }],
          })
        : json(response, status(404, 'NotFound', 'not found'), 404),
    )
    const old = { ...draft, apiVersion: 'networking.x-k8s.io/v1alpha1' }
    expect((await applyManifest(cluster, old, options)).error?.message).toBe(
      'no matches for kind "HTTPRoute" in version "networking.x-k8s.io/v1alpha1": the cluster serves HTTPRoute as gateway.networking.k8s.io/v1',
    )
    const gone = { ...old, kind: 'GRPCRoute' }
    expect((await applyManifest(cluster, gone, options)).error?.message).toMatch(/v1alpha1"$/)
  })

  it('sends nothing when the live spec has moved on, and looks again when only the status has', async () => {
    let version = 5
    const { cluster, calls } = await startServer((call, response) => {
      const live = route('http-mirror', String(version))
      if (call.method === 'GET') json(response, live)
      else if (version++ < 7)
        json(response, status(409, 'Conflict', 'Operation cannot be fulfilled'), 409)
      else json(response, live)
    })
    const base = { uid: 'uid-http-mirror', resourceVersion: '3' }
    const reviewed = toEditableYaml(route('http-mirror', '3'))
    expect((await applyManifest(cluster, draft, { ...options, base })).outcome).toBe('stale')
    expect(
      (
        await applyManifest(cluster, draft, {
          ...options,
          base: { ...base, uid: 'other', manifest: reviewed },
        })
      ).outcome,
    ).toBe('stale')
    expect(calls.filter((call) => call.method === 'PATCH')).toHaveLength(0)
    expect(
      (await applyManifest(cluster, draft, { ...options, base: { ...base, manifest: reviewed } }))
        .outcome,
    ).toBe('unchanged')
    const patches = calls.filter((call) => call.method === 'PATCH')
    expect(patches.map((call) => JSON.parse(call.body).metadata.resourceVersion)).toEqual([
      '5',
      '6',
      '7',
    ])
  })
})

describe('startInformer', () => {
  /** A server with one list and hand-held watches. */
  async function startWatched(
    items: KubernetesObject[],
    resource: ResourceKind = KINDS.httproutes,
    serves = /./,
    isAnswering = true,
  ) {
    const watches: { version: string | null; response: ServerResponse }[] = []
    const state = { items, version: '10', down: false, refuse: 0, serves }
    const accept = (response: ServerResponse) => {
      if (!isAnswering) return
      response.writeHead(200, { 'content-type': 'application/json' })
      response.flushHeaders()
    }
    const server = await startServer((call, response) => {
      if (state.down) {
        response.destroy()
      } else if (state.refuse > 0) {
        json(response, status(state.refuse, 'Gone', 'too old'), state.refuse)
      } else if (!state.serves.test(call.path)) {
        json(response, status(404, 'NotFound', 'not served'), 404)
      } else if (call.query.get('watch') === 'true') {
        accept(response)
        watches.push({ version: call.query.get('resourceVersion'), response })
      } else {
        json(response, { metadata: { resourceVersion: state.version }, items: state.items })
      }
    })
    const changes: string[] = []
    const connections: LiveConnection['state'][] = []
    const clock = fakeClock()
    const informer = startInformer({
      cluster: server.cluster,
      resource,
      clock,
      onChange: ({ type, object }) =>
        changes.push(`${type} ${object.metadata.name}@${object.metadata.resourceVersion}`),
      onConnection: ({ state: next }) => connections.push(next),
    })
    onTestFinished(() => informer.stop())
    const send = (type: string, object: unknown) =>
      watches[watches.length - 1]?.response.write(`${JSON.stringify({ type, object })}\n`)
    return { ...server, informer, watches, state, changes, connections, clock, send }
  }

  it('lists, follows changes, and resumes from the last version or bookmark when the server ends the watch', async () => {
    const test = await startWatched([route('a', '8')])
    await test.informer.whenSynced
    await until(() => test.watches.length === 1, 'first watch')
    expect(test.watches[0]?.version).toBe('10')
    test.send('ADDED', route('b', '11'))
    test.send('MODIFIED', route('a', '12'))
    test.send('DELETED', route('b', '13'))
    await until(() => test.changes.length === 4, 'changes')
    expect(test.changes).toEqual(['ADDED a@8', 'ADDED b@11', 'MODIFIED a@12', 'DELETED b@13'])
    test.clock.time = 290_000
    test.watches[0]?.response.end()
    await until(() => test.watches.length === 2, 'second watch')
    expect(test.watches[1]?.version).toBe('13')
    expect(test.clock.delays).toEqual([])
    test.send('BOOKMARK', { kind: 'HTTPRoute', metadata: { resourceVersion: '40' } })
    test.clock.time = 600_000
    test.watches[1]?.response.end()
    await until(() => test.watches.length === 3, 'third watch')
    expect(test.watches[2]?.version).toBe('40')
    expect([...test.informer.objects.keys()]).toEqual(['default/a'])
  })

  it('lists again after 410, and tells only what differs', async () => {
    const test = await startWatched([route('a', '8'), route('b', '8'), route('c', '8')])
    await until(() => test.watches.length === 1, 'first watch')
    test.changes.length = 0
    test.state.items = [
      route('a', '8'),
      route('b', '20'),
      route('c', '21', { uid: 'new' }),
      route('d', '22'),
    ]
    test.state.version = '30'
    test.send('ERROR', status(410, 'Expired', 'too old resource version'))
    await until(() => test.watches.length === 2, 'second watch')
    expect(test.watches[1]?.version).toBe('30')
    expect(test.changes).toEqual(['MODIFIED b@20', 'DELETED c@8', 'ADDED c@21', 'ADDED d@22'])
    expect(
      test.calls
        .filter((call) => !call.query.has('watch'))
        .map((call) => call.query.get('resourceVersion')),
    ).toEqual(['0', null])
  })

  it('backs off while the server is gone, keeps what it has, says so, and recovers by itself', async () => {
    const test = await startWatched([route('a', '8')])
    await until(() => test.informer.connection.state === 'connected', 'connected')
    test.state.down = true
    for (const watch of test.watches) watch.response.destroy()
    await until(() => test.clock.delays.length >= 12, 'retries')
    expect(test.informer.objects.size).toBe(1)
    expect(test.clock.delays.slice(0, 4)).toEqual([250, 500, 1000, 2000])
    expect(Math.max(...test.clock.delays)).toBe(RETRY_LONGEST_MS)
    expect(test.connections).toContain('disconnected')
    test.state.down = false
    await until(() => test.informer.connection.state === 'connected', 'connected again')
    expect(test.watches[test.watches.length - 1]?.version).toBe('10')
  })

  it.each([
    ['that never ends, though its time is over', true, WATCH_SECONDS + WATCH_OVERTIME_SECONDS],
    ['that is never answered', false, REQUEST_TIMEOUT_MS / 1000],
  ])('resumes a watch %s from the last version', async (_, isAnswered, seconds) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const test = await startWatched([route('a', '8')], KINDS.httproutes, /./, isAnswered)
    await until(() => test.watches.length === 1, 'first watch')
    if (isAnswered) {
      test.send('MODIFIED', route('a', '12'))
      await until(() => test.changes.length === 2, 'change')
    }
    vi.advanceTimersByTime(seconds * 1000 - 1)
    const { cluster } = test
    await listObjects(cluster, KINDS.httproutes)
    expect(test.watches).toHaveLength(1)
    vi.advanceTimersByTime(1)
    await until(() => test.watches.length === 2, 'second watch')
    expect(test.watches[1]?.version).toBe(isAnswered ? '12' : '10')
    expect(test.connections).toContain('disconnected')
  })

  it('takes a line it cannot read as a broken watch, never as nothing', async () => {
    const test = await startWatched([route('a', '8')])
    await until(() => test.watches.length === 1, 'first watch')
    test.state.items = []
    test.watches[0]?.response.write('{"type":"MODIFIED",\n')
    await until(() => test.watches.length === 2, 'second watch')
    expect(test.changes).toEqual(['ADDED a@8', 'DELETED a@8'])
  })

  it('counts a kind the server does not serve as known and empty', async () => {
    const test = await startWatched([])
    test.state.refuse = 404
    await test.informer.whenSynced
    expect(test.informer.synced).toBe(true)
    expect(test.informer.objects.size).toBe(0)
  })

  it('says of a kind that may not be read which right is missing, and reads it once it may', async () => {
    const test = await startWatched([route('a', '8')])
    await until(() => test.informer.connection.state === 'connected', 'connected')
    test.connections.length = 0
    test.state.refuse = 403
    test.send('ERROR', status(410, 'Expired', 'too old resource version'))
    await until(() => test.clock.delays.length >= 3, 'retries')
    expect(test.connections).toEqual(['denied'])
    expect(test.informer.connection.message).toBe(
      'You may not list and watch httproutes; ask the cluster’s administrator for a ClusterRole with the verbs list and watch on httproutes of API group gateway.networking.k8s.io. The server says: too old.',
    )
    test.state.refuse = 0
    await until(() => test.informer.connection.state === 'connected', 'connected again')
    expect(test.connections).toEqual(['denied', 'connected'])
    expect(test.informer.objects.size).toBe(1)
  })

  it('follows an older version of a kind where the server does not serve the newest, until it does', async () => {
    const test = await startWatched([route('a', '8')], KINDS.referencegrants, /v1beta1/)
    await until(() => test.watches.length === 1, 'watch of the older version')
    expect(test.informer.resource.version).toBe('v1beta1')
    expect(test.changes).toEqual(['ADDED a@8'])
    expect(test.clock.delays).toEqual([])
    test.state.serves = /\/v1\//
    test.send('ERROR', status(410, 'Expired', 'too old resource version'))
    await until(() => test.watches.length === 2, 'watch of the newest version')
    expect(test.informer.resource.version).toBe('v1')
    expect([...test.informer.objects.keys()]).toEqual(['default/a'])
  })
})

describe('createLiveCache', () => {
  it('shares one watch, gives each subscriber a snapshot then changes, and has a limit', async () => {
    let watch: ServerResponse | undefined
    let watches = 0
    const { cluster } = await startServer((call, response) => {
      if (call.query.get('watch') === 'true') {
        watches++
        watch = response
        response.writeHead(200)
        response.flushHeaders()
      } else json(response, { metadata: { resourceVersion: '1' }, items: [route('a', '1')] })
    })
    const cache = createLiveCache(cluster)
    onTestFinished(() => cache.stop())
    const subscribe = () => {
      const seen = {
        snapshots: [] as LiveSnapshot[],
        changes: [] as LiveChange[],
        states: [] as string[],
      }
      const end = cache.subscribe('httproutes', {
        onSnapshot: (snapshot) => seen.snapshots.push(snapshot),
        onChange: (change) => seen.changes.push(change),
        onConnection: ({ state }) => seen.states.push(state),
      })
      return { seen, end }
    }
    expect(cache.peek('httproutes')).toBeUndefined()
    const first = subscribe()
    await until(() => first.seen.snapshots.length === 1 && watches === 1, 'snapshot')
    expect(first.seen.snapshots[0]?.items).toHaveLength(1)
    expect(first.seen.snapshots[0]?.apiVersion).toBe('gateway.networking.k8s.io/v1')
    expect(first.seen.changes).toEqual([])
    const second = subscribe()
    expect(second.seen.snapshots).toHaveLength(1)
    watch?.write(`${JSON.stringify({ type: 'ADDED', object: route('b', '2') })}\n`)
    await until(() => second.seen.changes.length === 1, 'change')
    expect(first.seen.changes[0]).toMatchObject({ kind: 'httproutes', type: 'ADDED' })
    expect(cache.peek('httproutes')).toHaveLength(2)
    second.end?.()
    second.end?.()
    watch?.write(`${JSON.stringify({ type: 'DELETED', object: route('b', '3') })}\n`)
    await until(() => first.seen.changes.length === 2, 'second change')
    expect(second.seen.changes).toHaveLength(1)
    expect(watches).toBe(1)
    const all = Array.from({ length: LIVE_SUBSCRIBERS_MAX - 1 }, subscribe)
    expect(all.every(({ end }) => end !== null)).toBe(true)
    expect(subscribe().end).toBeNull()
  })

  it('ends one subscription of several with the same handlers, once, and nothing after it has stopped', async () => {
    let watch: ServerResponse | undefined
    const { cluster, calls } = await startServer((call, response) => {
      if (call.query.get('watch') === 'true') {
        watch = response
        response.writeHead(200)
        response.flushHeaders()
      } else json(response, { metadata: { resourceVersion: '1' }, items: [] })
    })
    const cache = createLiveCache(cluster)
    onTestFinished(() => cache.stop())
    const seen: string[] = []
    const handlers = {
      onSnapshot: () => {},
      onChange: ({ object }: LiveChange) => seen.push(object.metadata.name),
      onConnection: () => {},
    }
    const endFirst = cache.subscribe('httproutes', handlers)
    const endSecond = cache.subscribe('httproutes', handlers)
    await until(() => watch !== undefined, 'watch')
    endFirst?.()
    endFirst?.()
    watch?.write(`${JSON.stringify({ type: 'ADDED', object: route('a', '2') })}\n`)
    await until(() => seen.length > 0, 'change')
    expect(seen).toEqual(['a'])
    await cache.stop()
    await cache.stop()
    endSecond?.()
    const before = calls.length
    expect(cache.subscribe('httproutes', handlers)).toBeNull()
    expect(calls).toHaveLength(before)
  })

  it('stops watching a kind nobody follows after a while, not at once', async () => {
    const clock = fakeClock()
    let release = () => {}
    clock.delay = (milliseconds, signal) => {
      clock.delays.push(milliseconds)
      return new Promise((resolve) => {
        release = resolve
        signal.addEventListener('abort', () => resolve())
      })
    }
    const closed = vi.fn()
    const { cluster } = await startServer((call, response) => {
      if (call.query.get('watch') === 'true') {
        response.on('close', closed)
        response.writeHead(200)
        response.flushHeaders()
      } else json(response, { metadata: { resourceVersion: '1' }, items: [] })
    })
    const cache = createLiveCache(cluster, { clock })
    onTestFinished(() => cache.stop())
    const states: string[] = []
    const handlers = {
      onSnapshot: () => {},
      onChange: () => {},
      onConnection: ({ state }: LiveConnection) => states.push(state),
    }
    cache.subscribe('httproutes', handlers)?.()
    const end = cache.subscribe('httproutes', handlers)
    await until(() => states.includes('connected'), 'watch')
    end?.()
    expect(closed).not.toHaveBeenCalled()
    release()
    await until(() => closed.mock.calls.length === 1, 'closed')
    expect(cache.peek('httproutes')).toBeUndefined()
  })
})
