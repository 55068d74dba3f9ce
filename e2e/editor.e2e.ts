/** What the editor knows from the cluster: completion, snippets, hover, places of problems and their fixes. */
import { expect, type Locator, type Page, test } from '@playwright/test'
import { deleteObjects, manifestText, openEditor, pasteManifest, typeAtEnd } from './actions'

test('completes fields from the schema the cluster serves', async ({ page }) => {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '      tim')
  // The schema may still be on its way when the first request for completions is made.
  await expect(async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Space')
    const suggestions = page.getByRole('listbox', { name: 'Suggest' })
    await expect(suggestions).toContainText('timeouts', { timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
})

test('explains a field on hover in the specification’s words', async ({ page }) => {
  await page.goto('/routes/new')
  await openEditor(page)
  // As above: a hover before the schema has arrived has nothing to say.
  await expect(async () => {
    await page.mouse.move(0, 0)
    await page.locator('.view-lines').getByText('hostnames').hover()
    const explanation = page.getByText(/Hostnames defines a set of hostnames/).first()
    await expect(explanation).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
})

test('keeps a draft over a reload, and leads to a problem by keyboard', async ({ page }) => {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  await editor.focus()
  await typeAtEnd(page, '      bogus: true')
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText('unknown field "spec.rules[0].bogus"')
  await page.reload()
  await openEditor(page)
  await expect(page.getByText('Unsaved changes')).toBeVisible()
  await expect(problems).toContainText('unknown field "spec.rules[0].bogus"')
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(problems).not.toContainText('bogus')
})

test('completes a backend and its port from the cluster, and marks one that is not there', async ({
  page,
}) => {
  const { editor, text } = await newRoute(page, 'Plain route')
  // On a line without a dash, a whole item.
  await typeAtEnd(page, '        ')
  await expectSuggestions(page, /^backend, port 3000, 1 ready endpoint/)
  await page.keyboard.press('Escape')
  await page.keyboard.insertText('- name: ')
  await expectSuggestions(page, /^backend, port 3000, 1 ready endpoint/)
  await page.keyboard.type('back')
  await page.keyboard.press('Enter')
  await expect(text).toContainText('- name: backend port: 3000 - name: backend port: 3000')
  // What comes from the cluster is offered once, whatever the schema offers beside it.
  await editor.press('Control+Space')
  await expect(suggestion(page, /^3000/)).toHaveCount(1)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Backspace')
  await expect(page.locator('.squiggly-error')).toHaveCount(1)
  await text.getByText('300', { exact: true }).hover()
  await expect(page.getByText(/has no TCP port 300; it offers 3000/).first()).toBeVisible()
})

test('writes a snippet at the right indent, and leads through its stops', async ({ page }) => {
  const { text } = await newRoute(page, 'Plain route')
  await typeAtEnd(page, '      filters:\n  - ')
  await expectSuggestions(page, /^mirror-percent/)
  // The schema's skeleton is named by what it writes.
  await expect(suggestion(page, /^required fields/)).toHaveCount(1)
  await page.keyboard.type('mirror-per')
  await page.keyboard.press('Enter')
  await expect(text).toContainText('requestMirror: backendRef: name: backend-2')
  await page.keyboard.type('shadow')
  await page.keyboard.press('Tab')
  await page.keyboard.type('8080')
  await page.keyboard.press('Tab')
  await page.keyboard.type('42')
  await expect(text).toContainText(
    'filters: - type: RequestMirror requestMirror: backendRef: name: shadow port: 8080 percent: 42',
  )
  await expect(page.getByRole('list', { name: 'Problems' })).toContainText(
    'Service "default/shadow" does not exist.',
  )
})

test('fixes a problem at its place by keyboard', async ({ page }) => {
  const { editor, text } = await newRoute(page, 'Mirror everything')
  await page
    .getByRole('list', { name: 'Problems' })
    .getByRole('button', { name: /POST, PUT, PATCH, and DELETE requests are mirrored too/ })
    .click()
  await expect(editor).toBeFocused()
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('option', { name: 'Mirror GET and HEAD only' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(text).toContainText('method: GET')
  await expect(page.getByRole('list', { name: 'Problems' })).not.toContainText('POST, PUT')
})

test('checks what stands beside a route, and another version, by the cluster’s schemas for them', async ({
  page,
}) => {
  await page.goto('/routes/new')
  const route = (version: string) => `apiVersion: gateway.networking.k8s.io/${version}
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [{backendRefs: [{name: backend}]}]}
`
  const grant = `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: g}
spec: {from: [], too: []}
`
  await pasteManifest(page, `${route('v1beta1')}---\n${grant}---\n${route('v1alpha2')}`)
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText('backendRefs[0]: Invalid value: "object": Must have port')
  await expect(problems).toContainText('unknown field "spec.too"')
  await expect(problems).toContainText('no matches for kind "HTTPRoute" in version')
  await expect(problems).not.toContainText('v1beta1')
})

test('names the version that is served, and one undo takes back the fix alone', async ({
  page,
}) => {
  await page.goto('/routes/new')
  const old = `apiVersion: networking.x-k8s.io/v1alpha1
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [{backendRefs: [{name: backend, port: 3000}]}]}
`
  await pasteManifest(page, old)
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('#note')
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText(
    'the cluster serves HTTPRoute as gateway.networking.k8s.io/v1',
  )
  await problems.getByRole('button', { name: 'Change to gateway.networking.k8s.io/v1' }).click()
  await expect(problems).not.toContainText('no matches for kind')
  expect(await manifestText(page)).toContain('apiVersion: gateway.networking.k8s.io/v1\n')
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => manifestText(page)).toBe(`${old}#note`)
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => manifestText(page)).toBe(old)
})

test('checks and applies the items of a list', async ({ page }) => {
  await page.goto('/routes/new')
  const item = (name: string, path: string) => `- metadata: {name: ${name}}
  spec:
    parentRefs: [{name: eg}]
    hostnames: [${name}.example]
    rules:
    - matches: [{path: {value: ${path}}}]
      backendRefs: [{name: backend, port: 3000}]
`
  const list = (path: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRouteList
items:
${item('list-a', '/')}${item('list-b', path)}`
  await pasteManifest(page, list('b'))
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems).toContainText("start with '/' when")
  await pasteManifest(page, list('/b'))
  await expect(problems).not.toContainText("start with '/' when")
  await page.getByRole('button', { name: 'Review' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await expect(review).toContainText('list-a')
  await expect(review).toContainText('list-b')
  await review.getByRole('button', { name: 'Apply' }).click()
  await expect(review).toBeHidden()
  await page.goto('/routes')
  await expect(page.getByRole('table')).toContainText('list-a')
  await expect(page.getByRole('table')).toContainText('list-b')
  await deleteObjects('httproute/list-a httproute/list-b')
})

test('says at once what is wrong with a paste of a megabyte, and goes on taking input', async ({
  page,
}) => {
  await page.goto('/routes/new')
  const problems = page.getByRole('list', { name: 'Problems' })
  for (const pasted of ['key: a value\n'.repeat(90_000), `a: ${'x'.repeat(1_100_000)}`]) {
    await pasteManifest(page, pasted)
    await expect(problems).toContainText('the manifest is larger than 1 MiB')
  }
  await pasteManifest(page, 'kind: HTTPRoute\nkind: HTTPRoute\n')
  await expect(problems).toContainText('duplicate field "kind"')
  await expect(problems).toContainText('2:1')
})

test('says so where the editor can’t be loaded, as after an update of the dashboard', async ({
  page,
}) => {
  const html = await (await page.request.get('/routes/new')).text()
  await page.route('**/_next/static/chunks/**', (route) => {
    const isOfPage = html.includes(new URL(route.request().url()).pathname)
    return isOfPage ? route.continue() : route.abort()
  })
  await page.goto('/routes/new')
  await expect(page.getByRole('heading', { name: 'The editor could not be loaded' })).toBeVisible()
})

async function newRoute(page: Page, template: string) {
  await page.goto('/routes/new')
  const editor = await openEditor(page)
  await page.getByRole('radio', { name: new RegExp(`^${template}`) }).check()
  await editor.focus()
  return { editor, text: page.locator('.view-lines').first() }
}

/** By label, since Monaco gives its rows one role or another by the operating system. */
function suggestion(page: Page, name: RegExp): Locator {
  return page.getByRole('listbox', { name: 'Suggest' }).getByLabel(name)
}

/** The cluster's objects may still be on their way when the first request for completions is made. */
async function expectSuggestions(page: Page, name: RegExp): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Space')
    await expect(suggestion(page, name)).toHaveCount(1, { timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
}
