/** The form beside the editor: both are always in step, and a form edit changes only its lines. */
import { expect, test } from '@playwright/test'
import { deleteObjects, expectAccessible, manifestText, pasteManifest } from './actions'
import { hasKubectl, kubectl } from './commands'

const MANIFEST = `# Owned by the shop team
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: form-route
  namespace: default
  annotations: { 'example.com/owner': "shop" }   # quoted both ways
spec:
  parentRefs: [{ name: eg }]
  hostnames: [form.example]
  rules:
    - backendRefs:
        # answers everything today
        - {name: backend, port: 3000, weight: 9}
        - name: backend
          port: 3000 # the same for now
          weight: 1
`

test.afterEach(() => deleteObjects('httproute/form-route'))

test('edits backends, weights and mirrors, and leaves every other byte alone', async ({ page }) => {
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const form = page.getByRole('region', { name: 'Form' })
  const rule = form.getByRole('region', { name: 'Rule 0' })
  await expect(rule.getByRole('group', { name: 'Backend 1' })).toContainText('90 %')
  expect(await manifestText(page)).toBe(MANIFEST)

  await rule.getByRole('group', { name: 'Backend 1' }).getByLabel('Weight').fill('3')
  await expect(rule.getByRole('group', { name: 'Backend 2' })).toContainText('25 %')
  await rule.getByRole('button', { name: 'Add mirror' }).click()
  const mirror = rule.getByRole('group', { name: 'Mirror 1' })
  await mirror.getByLabel('Service').fill('backend')
  await mirror.getByLabel('Mirrored', { exact: true }).selectOption('a fraction')
  await mirror.getByLabel('Denominator').fill('3')
  await mirror.getByLabel('Numerator').fill('1')
  await expect(mirror).toContainText('1/3')
  await mirror.getByLabel('Denominator').fill('0')
  await expect(mirror).toContainText('A whole number from 1 to 2147483647. Still 3.')
  await rule.getByRole('button', { name: 'Move backend 1 down' }).click()
  await expect(rule.getByRole('group', { name: 'Backend 2' })).toContainText('75 %')

  const expected = MANIFEST.replace(
    `        # answers everything today
        - {name: backend, port: 3000, weight: 9}
        - name: backend
          port: 3000 # the same for now
          weight: 1
`,
    `        - name: backend
          port: 3000 # the same for now
          weight: 1
        # answers everything today
        - {name: backend, port: 3000, weight: 3}
`,
  ).replace(
    '    - backendRefs:',
    `    - filters:
        - type: RequestMirror
          requestMirror:
            backendRef:
              name: backend
              port: 3000
            fraction:
              numerator: 1
              denominator: 3
      backendRefs:`,
  )
  expect(await manifestText(page)).toBe(expected)
})

test('shows what is typed in the text, keeps its last state while the text is broken', async ({
  page,
}) => {
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const form = page.getByRole('region', { name: 'Form' })
  const second = form.getByRole('group', { name: 'Backend 2' })
  await expect(second.getByLabel('Weight')).toHaveValue('1')
  await page.keyboard.insertText('bad: @')
  await expect(form).toContainText('Correct line 18 of the manifest to use the form')
  await expect(second.getByLabel('Weight')).toBeDisabled()
  for (let typed = 0; typed < 'bad: @'.length; typed += 1) await page.keyboard.press('Backspace')
  await expect(second.getByLabel('Weight')).toBeEnabled()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('End')
  await page.keyboard.insertText('0')
  await expect(second.getByLabel('Weight')).toHaveValue('10')
  await second.getByLabel('Service').fill('nowhere')
  await expect(second).toContainText('Service "default/nowhere" does not exist')
  await expectAccessible(page)
  // The editor undoes the form's edit like one of its own.
  await page.getByRole('textbox', { name: 'HTTPRoute manifest' }).focus()
  for (let undone = 0; undone < 'nowhere'.length; undone += 1) {
    if ((await second.getByLabel('Service').inputValue()) === 'backend') break
    await page.keyboard.press('ControlOrMeta+z')
  }
  await expect(second.getByLabel('Service')).toHaveValue('backend')
})

test('one undo takes back one thing: a typed word, or one edit of the form', async ({ page }) => {
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const rule = page.getByRole('region', { name: 'Rule 0' })
  const first = rule.getByRole('group', { name: 'Backend 1' })
  await expect(first.getByLabel('Weight')).toHaveValue('9')
  const states = [MANIFEST]
  const keep = async () => states.push(await manifestText(page))
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('#note')
  await keep()
  await first.getByLabel('Weight').fill('3')
  await expect.poll(() => manifestText(page)).toContain('weight: 3')
  await keep()
  await rule.getByRole('button', { name: 'Remove backend 2' }).click()
  await expect(rule.getByRole('group', { name: 'Backend 2' })).toHaveCount(0)
  await keep()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('#more')
  await expect(page.getByRole('textbox', { name: 'HTTPRoute manifest' })).toBeFocused()

  for (const state of states.toReversed()) {
    await page.keyboard.press('ControlOrMeta+z')
    await expect.poll(() => manifestText(page)).toBe(state)
  }
  await expect(first.getByLabel('Weight')).toHaveValue('9')
  for (const state of states.slice(1)) {
    await page.keyboard.press('ControlOrMeta+Shift+z')
    await expect.poll(() => manifestText(page)).toBe(state)
  }
})

test('edits of the form made at once are undone one by one', async ({ page }) => {
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const rule = page.getByRole('region', { name: 'Rule 0' })
  await expect(rule.getByRole('group', { name: 'Backend 1' })).toContainText('90 %')
  // Faster than a page is drawn.
  await rule.getByRole('button', { name: 'Add mirror' }).evaluate((button: HTMLElement) => {
    for (let clicks = 0; clicks < 3; clicks += 1) button.click()
  })
  const mirrors = rule.getByRole('group', { name: /^Mirror \d$/ })
  await expect(mirrors).toHaveCount(3)
  await page.getByRole('textbox', { name: 'HTTPRoute manifest' }).focus()
  for (const left of [2, 1, 0]) {
    await page.keyboard.press('ControlOrMeta+z')
    await expect(mirrors).toHaveCount(left)
  }
  expect(await manifestText(page)).toBe(MANIFEST)
})

test('a field keeps the caret where a person types', async ({ page }) => {
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const first = page
    .getByRole('region', { name: 'Rule 0' })
    .getByRole('group', { name: 'Backend 1' })
  const service = first.getByLabel('Service')
  await expect(service).toHaveValue('backend')
  await service.press('Home')
  await service.pressSequentially('my-')
  await expect(service).toHaveValue('my-backend')
  const port = first.getByLabel('Port')
  await port.press('Home')
  await port.press('ArrowRight')
  await port.pressSequentially('12')
  await expect(port).toHaveValue('312000')
  // What a field shows is in the text a moment later.
  await expect.poll(() => manifestText(page)).toContain('{name: my-backend, port: 31000,')
})

test('what the form wrote is what is applied', async ({ page }) => {
  test.skip(!hasKubectl, 'kubectl is not installed')
  await page.goto('/routes/new?form=1')
  await pasteManifest(page, MANIFEST)
  const rule = page.getByRole('region', { name: 'Rule 0' })
  await rule.getByRole('button', { name: 'Remove backend 2' }).click()
  await rule.getByRole('button', { name: 'Add mirror' }).click()
  await rule.getByRole('group', { name: 'Mirror 1' }).getByLabel('Service').fill('backend')
  await rule.getByRole('group', { name: 'Mirror 1' }).getByLabel('Percent').fill('7')
  // A route that is not there yet has no pairs to lead to.
  await expect(page.getByText('See the pairs of this mirror')).toHaveCount(0)
  await page.getByRole('button', { name: 'Review' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await review.getByRole('button', { name: 'Apply' }).click()
  await expect(review).toBeHidden()
  const path =
    '{.spec.rules[0].filters[0].requestMirror.percent} {.spec.rules[0].backendRefs[*].weight}'
  expect((await kubectl(`get httproute form-route -o jsonpath='${path}'`)).stdout).toBe('7 9')
})
