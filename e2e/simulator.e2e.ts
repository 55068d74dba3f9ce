/** Which rule takes a request, what would be sent to whom, and what happens when it is sent for real. */
import { expect, type Page, test } from '@playwright/test'
import { deleteObjects, expectAccessible, openEditor, typeAtEnd } from './actions'
import { bash, hasKubectl, kubectl } from './commands'
import { echoBackend } from './manifests'

test.skip(!hasKubectl, 'kubectl is not installed')

const MANIFEST = `${echoBackend('foretold')}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: foretold
  annotations:
    mirrorboard.dev/mirror-budget: '{"requestsPerSecond":50}'
spec:
  parentRefs:
  - name: eg
  hostnames:
  - foretold.example
  rules:
  - matches:
    - path: {type: PathPrefix, value: /cart}
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier:
        set: [{name: X-Tenant, value: blue}]
        remove: [Authorization]
    - type: URLRewrite
      urlRewrite:
        hostname: internal.example
        path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}
    - type: RequestMirror
      requestMirror:
        backendRef: {kind: Service, name: foretold, port: 3000}
        percent: 29
    backendRefs:
    - {name: backend, port: 3000, weight: 3}
    - {name: nowhere, port: 3000, weight: 0}
  - matches:
    - path: {type: PathPrefix, value: /old}
    filters:
    - type: RequestRedirect
      requestRedirect: {hostname: new.example, statusCode: 301}
  - matches:
    - path: {type: PathPrefix, value: /broken}
    backendRefs:
    - {name: nowhere, port: 3000}
`

test.beforeAll(async () => {
  expect((await kubectl('apply -f -', MANIFEST)).code).toBe(0)
  await kubectl('rollout status deployment/foretold --timeout=30s')
  await kubectl(
    `wait httproute/foretold --timeout=30s --for=jsonpath='{.status.parents[0].conditions[0].status}'=True`,
  )
})
test.afterAll(() =>
  deleteObjects(
    'httproute/foretold',
    'deployment/foretold',
    'service/foretold',
    'serviceaccount/foretold',
  ),
)

async function openSimulator(page: Page) {
  await page.goto('/routes/default/foretold?explain=1')
  const region = page.getByRole('region', { name: 'Which rule takes this request?' })
  await expect(region.getByLabel('Gateway')).toHaveValue('default/eg')
  return region
}

test('says who takes a request, how often each is used, and what each is sent', async ({
  page,
}) => {
  const region = await openSimulator(page)
  await region.getByLabel('Path and query').fill('/cart/7?x=1')
  await region.getByLabel('Headers').fill('Authorization: Bearer x\nX-A: 1')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await expect(region.getByText('Rule 0 of default/foretold takes it.')).toBeVisible()
  const rows = region.getByRole('table', { name: 'Where it goes' }).getByRole('row')
  await expect(rows.filter({ hasText: 'backend:3000' })).toContainText('100 %')
  const mirror = rows.filter({ hasText: 'foretold:3000' })
  await expect(mirror).toContainText('29 % of requests')
  await expect(mirror).toContainText('at most 50 mirrored requests per second')

  const lines = region.getByRole('list', { name: /^What goes to / })
  await expect(lines).toContainText('GET /v2/7?x=1 HTTP/1.1')
  await expect(lines).toContainText('Host: internal.example')
  const line = (text: string) => lines.getByRole('listitem').filter({ hasText: text })
  await expect(line('X-Tenant: blue')).toContainText('by a filter')
  await expect(line('Authorization: Bearer x')).toContainText('removed')
  await expect(line('X-Forwarded-Proto: http')).toContainText('by the gateway')
  await region.getByLabel('What is sent to').selectOption({ label: 'foretold:3000 (mirrored)' })
  await expect(line('x-mirrorboard-mirror-hops: 1')).toBeVisible()

  await region.getByText('Why not the others').click()
  const lost = region.getByRole('list', { name: 'Rules that don’t take it' })
  await expect(lost).toContainText('/cart/7 is neither /old nor below it.')
  await expect(lost).toContainText('foretold.example is not covered by www.example.com.')
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expectAccessible(page)
  }
  await lost.getByRole('link', { name: /^Rule 1 of default\/foretold/ }).click()
  await expect(page).toHaveURL(/field=spec\.rules/)
})

test('sends it for real, and says that what happened is what was predicted', async ({ page }) => {
  const region = await openSimulator(page)
  const ask = async (path: string) => {
    await region.getByLabel('Path and query').fill(path)
    await region.getByRole('button', { name: 'Find the rule' }).click()
    await region.getByRole('button', { name: 'Send it for real' }).click()
  }
  await ask('/cart/7?x=1')
  await expect(region.getByText(/^As predicted: 200 OK after/)).toBeVisible()
  await expect(region.getByText(/Pod backend-.* was sent exactly what was predicted/)).toBeVisible()
  await expect(region.getByRole('region', { name: 'The answer' })).toContainText('"X-Tenant"')
  await expectAccessible(page)
  await ask('/old/x')
  await expect(region.getByText(/^As predicted: 301/)).toBeVisible()
  await expect(region.getByRole('list', { name: 'What the client gets' })).toContainText(
    'Location: http://new.example/old/x',
  )
  await ask('/broken')
  await expect(region.getByText(/^As predicted: 500/)).toBeVisible()
  await ask('/nobody')
  await expect(region.getByText('The gateway answers 404: no rule')).toBeVisible()
  await expect(region.getByText(/^As predicted: 404/)).toBeVisible()
})

test('asks before it sends what may change data, and the curl does the same', async ({ page }) => {
  const region = await openSimulator(page)
  await region.getByLabel('Method').selectOption('POST')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await region.getByRole('button', { name: 'Send it for real' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send this POST for real?' })
  await expect(dialog).toContainText('backend:3000 does what it asks for')
  await expect(dialog).toContainText('foretold:3000 (29 % of requests) gets it mirrored')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(region.getByText(/predicted: /)).toBeHidden()
  await region.getByRole('button', { name: 'Send it for real' }).click()
  await dialog.getByRole('button', { name: 'Send once' }).click()
  await expect(region.getByText(/^As predicted: 200 OK/)).toBeVisible()

  const command = await region.getByText(/^curl -i/).textContent()
  const { stdout } = await bash(command ?? '')
  expect(stdout).toContain('HTTP/1.1 200 OK')
  expect(stdout).toContain('"method": "POST"')
})

test('traffic that may change data is asked for as well', async ({ page }) => {
  await page.goto('/routes/default/foretold?send=1')
  const form = page.getByRole('form', { name: 'Send traffic' })
  await form.getByLabel('Method').selectOption('DELETE')
  await form.getByLabel('Requests per second').fill('5')
  await form.getByLabel('Seconds').fill('1')
  await form.getByRole('button', { name: 'Start' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send 5 DELETE requests?' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(form.getByText(/^Finished/)).toBeHidden()
  await form.getByRole('button', { name: 'Start' }).click()
  await dialog.getByRole('button', { name: 'Send them' }).click()
  await expect(form.getByText('Finished: 5 of 5 requests sent, 5 answered')).toBeVisible()
})

test('says when a draft is not what the gateway serves, and what is wrong with a field', async ({
  page,
}) => {
  const region = await openSimulator(page)
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '  - backendRefs:\n  - name: backend\n  port: 3000')
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  await region.getByLabel('Path and query').fill('/nobody')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await expect(region.getByText('Rule 3 of default/foretold takes it.')).toBeVisible()
  await expect(region.getByText(/^As if your draft were applied/)).toBeVisible()
  await expect(region.getByText(/goes through the live routes, not your draft/)).toBeVisible()
  await region.getByRole('button', { name: 'Send it for real' }).click()
  await expect(region.getByText(/^As predicted: 404/)).toBeVisible()

  await region.getByLabel('Scheme').selectOption('https')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await expect(region.getByText('default/eg has no HTTPS listener.')).toBeVisible()
  await region.getByLabel('Scheme').selectOption('http')
  await region.getByLabel('Headers').fill('Connection: close')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await expect(region.getByText(/belongs to the connection/)).toBeVisible()
})
