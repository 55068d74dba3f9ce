/** Pods behind a Service, and their logs as they are written. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { deleteObjects, expectAccessible } from './actions'
import { hasKubectl, kubectl } from './commands'
import { startGuardingApi } from './guarding-api'
import { echoBackend, mirrorRoute } from './manifests'
import { startSecondMirrorboard } from './second-mirrorboard'

test.afterAll(() =>
  deleteObjects('httproute/http-mirror', 'sa/backend-2', 'deploy/raced', 'svc/raced', 'sa/raced'),
)

test('a Pod’s log grows while requests arrive, and can be searched', async ({ page, request }) => {
  await page.goto('/backends')
  const service = page.getByRole('region', { name: 'Service default/backend', exact: true })
  await expect(service).toContainText('1 of 1 endpoint ready')
  await service.getByRole('button', { name: /^Log of backend-/ }).click()
  const log = page.getByRole('region', { name: /^Log of Pod backend-/ })
  await expect(log.getByRole('log')).toContainText('Starting server, listening on port 3000 (http)')
  const gateway = await (await request.get('/api/objects/gateways/default/eg')).json()
  const [address] = gateway.status.addresses
  const path = `/log-${Date.now()}`
  const answer = await request.get(`http://${address.value}${path}`, {
    headers: { host: 'www.example.com' },
  })
  expect(answer.status()).toBe(200)
  await expect(log.getByRole('log')).toContainText(`Echoing back request made to ${path} to client`)
  await log.getByLabel('Search log').fill('nothing says this')
  await expect(log.getByRole('log')).not.toContainText('Echoing')
})

test('a new backend is not written over another of its name', async ({ page }) => {
  await page.goto('/backends')
  await page.getByRole('button', { name: 'New backend' }).click()
  const form = page.getByRole('dialog', { name: 'New backend' })
  const name = form.getByLabel('Name', { exact: true })
  await name.fill('No name')
  await expect(form).toContainText('Lower-case letters, digits and hyphens')
  await expect(form).not.toContainText('kind: Service')
  await name.fill('backend')
  await expect(form).toContainText('Service and Deployment backend exist already in default.')
  await expect(form.getByRole('button', { name: 'Review' })).toBeDisabled()
  await name.fill('raced')
  await expect(form).toContainText('kind: Service')
  await form.getByRole('button', { name: 'Review' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('will be created')
  await kubectl('apply -f -', echoBackend('raced'))
  await review.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(review).toContainText('raced already exists, written by')
  await expect(review.getByRole('button', { name: 'Apply', exact: true })).toBeDisabled()

  // What is proposed is free, in the namespace that is chosen.
  await page.goto('/backends')
  await page.getByRole('button', { name: 'New backend' }).click()
  await expect(name).toHaveValue('backend-2')
  await kubectl('create serviceaccount backend-2')
  await expect(name).toHaveValue('backend-3')
  await form.getByLabel('Namespace').fill('elsewhere')
  await expect(name).toHaveValue('backend-2')
})

test('a new route gets a name that is free, and says at once when it is not', async ({ page }) => {
  const route = mirrorRoute({ backends: ['backend'], mirrors: ['backend'] })
  await kubectl('apply -f -', route)
  await page.goto('/routes')
  await expect(page.getByRole('table', { name: 'Routes' })).toContainText('http-mirror')
  await page.getByRole('link', { name: 'New route' }).click()
  const name = page.getByLabel('Name', { exact: true })
  await expect(name).toHaveValue('http-mirror-2')
  await name.fill('http-mirror')
  await expect(page.getByRole('region', { name: 'Template' })).toContainText(
    'HTTPRoute http-mirror exists already in default.',
  )
})

const OUTSIDE = `---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{name: http, port: 80}, {name: admin, port: 81}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: outside-1
  labels: {kubernetes.io/service-name: outside, endpointslice.kubernetes.io/managed-by: registry.example}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints: [{addresses: [127.0.0.1]}, {addresses: [127.0.0.2], conditions: {ready: false}}]
`

test('endpoints count, whoever wrote them, and what can’t be read is unknown', async ({ page }) => {
  test.skip(!hasKubectl, 'kubectl is not installed')
  await kubectl('apply -f -', OUTSIDE)
  await page.goto('/backends')
  const service = page.getByRole('region', { name: 'Service default/outside', exact: true })
  await expect(service).toContainText('1 of 2 endpoints ready')
  await expect(service).toContainText('registry.example keeps its EndpointSlices')
  await expect(service).toContainText('No ready endpoint serves port 81 ("admin")')
  await expect(service).not.toContainText('No Pod matches')
  const endpoints = service.getByRole('table', { name: 'Endpoints' })
  await expect(endpoints.getByRole('row', { name: '127.0.0.1 Ready http 8080' })).toBeVisible()
  await expect(endpoints.getByRole('row', { name: '127.0.0.2 Not ready' })).toBeVisible()
  await expectAccessible(page)

  const unread = ['endpointslices', 'pods']
  const door = await startGuardingApi({ guarded: '', mutated: '', mutate: String, unread })
  const second = await startSecondMirrorboard(door.kubeconfig)
  try {
    await second.signIn(page)
    await page.goto(`${second.url}/backends`)
    await expect(service).toContainText('endpoints unknown')
    await expect(service).toContainText('Its EndpointSlices can’t be read')
    await expect(service).not.toContainText(/[0-9] of [0-9]|No Pod/)
    await expect(page.getByText('can’t be read: what depends on them is unknown')).toBeVisible()
    await expect(
      page.getByText('a ClusterRole with the verbs list and watch on pods'),
    ).toBeVisible()
    await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Watching')
    await expectAccessible(page)
    await page.goto(`${second.url}/routes`)
    await expect(page.getByRole('status', { name: 'Connection' })).toContainText('Watching')
  } finally {
    await second.stop()
    door.stop()
    await deleteObjects('service/outside', 'endpointslice/outside-1')
  }
})

test('Secrets, and the token, never reach the browser', async ({ request }) => {
  const secrets = await request.get('/api/live?kinds=secrets')
  expect(secrets.status()).toBe(400)
  const kubeconfig = readFileSync(
    join(process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? '', 'kubeconfig'),
    'utf8',
  )
  const token: string = parse(kubeconfig).users[0].user.token
  expect(token.length).toBeGreaterThan(20)
  for (const path of ['/api/cluster', '/api/health', '/routes', '/cluster']) {
    expect(await (await request.get(path)).text()).not.toContain(token)
  }
})
