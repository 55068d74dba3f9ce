/** Pods behind a Service, and their logs as they are written. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { deleteObjects } from './actions'
import { kubectl } from './commands'
import { echoBackend, mirrorRoute } from './manifests'

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
  await expect(review).toContainText('raced exists already, written by')
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
