/** The request-mirroring guide in a terminal: every command in order, every outcome it promises. */
import { expect, test } from '@playwright/test'
import { bash, curl, gatewayHost, hasKubectl, kubectl } from './commands'
import { echoBackend, mirrorRoute } from './manifests'

test.describe.configure({ mode: 'serial' })
test.skip(!hasKubectl, 'kubectl is not installed')

const requestLines = (log: string) =>
  log.split('\n').filter((line) => line.includes('made to /get'))

test('the Gateway of the quickstart is accepted and programmed', async () => {
  const { stdout, code } = await kubectl('get gateway/eg -o yaml')
  expect(code).toBe(0)
  expect(stdout).toContain('gatewayClassName: eg')
  const waited = await kubectl('wait --for=condition=Programmed gateway/eg --timeout=20s')
  expect(waited.stdout).toContain('gateway.gateway.networking.k8s.io/eg condition met')
})

test('a second backend can be deployed', async () => {
  const applied = await bash('cat | kubectl apply -f -', echoBackend('backend-2'))
  expect(applied).toEqual({
    code: 0,
    stdout:
      'serviceaccount/backend-2 created\nservice/backend-2 created\ndeployment.apps/backend-2 created\n',
    stderr: '',
  })
  const rolledOut = await kubectl('rollout status deploy/backend-2 --timeout=20s')
  expect(rolledOut.stdout).toContain('successfully rolled out')
})

test('a route that mirrors is created, accepted and bound to the Gateway', async () => {
  const manifest = mirrorRoute({ backends: ['backend'], mirrors: ['backend-2'] })
  const applied = await bash('cat | kubectl apply -f -', manifest)
  expect(applied.stdout).toBe('httproute.gateway.networking.k8s.io/http-mirror created\n')
  const status = () =>
    kubectl(
      `get httproute/http-mirror -o jsonpath='{range .status.parents[*].conditions[*]}{.type}={.status} {end}'`,
    )
  await expect
    .poll(async () => (await status()).stdout)
    .toMatch(/Accepted=True .*ResolvedRefs=True/)
  const { stdout } = await kubectl('get httproute/http-mirror -o yaml')
  expect(stdout).toMatch(
    /parentRef:\n\s+group: gateway.networking.k8s.io\n\s+kind: Gateway\n\s+name: eg/,
  )
})

test('a request is answered by the backend and both deployments log it', async () => {
  const host = await gatewayHost()
  const before = requestLines((await kubectl('logs deploy/backend')).stdout).length
  const answer = await curl(`http://${host}/get`, 'backends.example')
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toMatchObject({
    path: '/get',
    host: 'backends.example',
    method: 'GET',
    namespace: 'default',
    ingress: '',
    service: '',
  })
  expect(answer.body).toMatch(/"pod": "backend-[a-z0-9]+-[a-z0-9]{5}"/)
  await expect
    .poll(async () => (await kubectl('logs deploy/backend-2')).stdout)
    .toMatch(
      /^Starting server, listening on port 3000 \(http\)\nEchoing back request made to \/get to client \(.+:\d+\)\n$/,
    )
  const log = (await kubectl('logs deploy/backend')).stdout
  expect(log).toMatch(/^Starting server, listening on port 3000 \(http\)\n/)
  expect(requestLines(log)).toHaveLength(before + 1)
})

test('with two backendRefs the traffic splits and the mirror still gets every request', async () => {
  await bash('cat | kubectl apply -f -', echoBackend('backend-3'))
  await kubectl('rollout status deploy/backend-3 --timeout=20s')
  const manifest = mirrorRoute({ backends: ['backend', 'backend-3'], mirrors: ['backend-2'] })
  const applied = await bash('cat | kubectl apply -f -', manifest)
  expect(applied.stdout).toBe('httproute.gateway.networking.k8s.io/http-mirror configured\n')
  const generation = (
    await kubectl(`get httproute/http-mirror -o jsonpath='{.metadata.generation}'`)
  ).stdout
  await expect
    .poll(
      async () =>
        (
          await kubectl(
            `get httproute/http-mirror -o jsonpath='{.status.parents[0].conditions[0].observedGeneration}'`,
          )
        ).stdout,
    )
    .toBe(generation)

  const counts = async () => {
    const logs = await Promise.all(
      ['backend', 'backend-2', 'backend-3'].map((name) => kubectl(`logs deploy/${name}`)),
    )
    return logs.map((log) => requestLines(log.stdout).length)
  }
  const before = await counts()
  const host = await gatewayHost()
  for (let sent = 0; sent < 20; sent += 1) {
    expect((await curl(`http://${host}/get`, 'backends.example')).status).toBe(200)
  }
  const differences = async () =>
    (await counts()).map((count, index) => count - (before[index] ?? 0))
  await expect.poll(async () => (await differences())[1]).toBe(20)
  const [backend = 0, , backend3 = 0] = await differences()
  expect(backend + backend3).toBe(20)
  expect(Math.abs(backend - backend3)).toBeLessThanOrEqual(2)
})

test('several mirrors in one rule are refused in the words of the page, and nothing changes', async () => {
  const manifest = mirrorRoute({ backends: ['backend'], mirrors: ['backend-2', 'backend-3'] })
  const denial =
    'admission webhook "validate.gateway.networking.k8s.io" denied the request: spec.rules[0].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule'
  const before = (await kubectl('get httproute/http-mirror -o jsonpath={.spec}')).stdout
  const patched = await bash('cat | kubectl apply -f -', manifest)
  expect(patched.code).toBe(1)
  expect(patched.stderr).toContain(denial)
  expect((await kubectl('get httproute/http-mirror -o jsonpath={.spec}')).stdout).toBe(before)

  await kubectl('delete httproute/http-mirror')
  const created = await bash('cat | kubectl apply -f -', manifest)
  expect(created.code).toBe(1)
  expect(created.stderr).toBe(`Error from server: error when creating "STDIN": ${denial}\n`)
})

test('kubectl scales, deletes and follows what the sandbox runs', async () => {
  await kubectl('scale deploy/backend-3 --replicas=3')
  await kubectl('rollout status deploy/backend-3 --timeout=20s')
  const names = (await kubectl('get pods -l app=backend-3 -o name')).stdout.trim().split('\n')
  expect(names).toHaveLength(3)
  const deleted = await kubectl(`delete ${names[0]}`)
  expect(deleted.stdout).toContain('deleted')
  await expect
    .poll(async () => {
      const pods = (
        await kubectl('get pods -l app=backend-3 --field-selector status.phase=Running -o name')
      ).stdout
      return pods
        .trim()
        .split('\n')
        .filter((name) => name !== names[0]).length
    })
    .toBe(3)
  await kubectl('delete deploy/backend-3 svc/backend-3 sa/backend-3')
  await expect
    .poll(async () => (await kubectl('get pods -l app=backend-3 -o name')).stdout)
    .toBe('')
  await kubectl('delete deploy/backend-2 svc/backend-2 sa/backend-2')
})
