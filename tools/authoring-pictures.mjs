/** Pictures of every state of authoring a route, by the steps a person takes; `public/screenshots/README.md` shows them. */

const ROUTE = '/routes/default/checkout'
const EDITOR = 'HTTPRoute manifest'

/** Takes them in a page of a running Mirrorboard that has the route `checkout`. */
export async function pictureAuthoring(page, url, folder) {
  const shoot = (name) => page.screenshot({ path: `${folder}/${name}.png` })
  page.on('dialog', (dialog) => dialog.accept())
  const open = async (path) => {
    await page.goto(`${url}${path}`)
    await page.locator('[data-ready="true"]').waitFor()
  }
  await pictureNewRoute(page, open, shoot)
  await pictureSimulator(page, open, shoot)
  await pictureReview(page, open, shoot, url)
  await page.goto(`${url}${ROUTE}/history`)
  await page
    .getByRole('list', { name: 'Revisions, newest first' })
    .getByRole('listitem')
    .first()
    .waitFor()
  // The difference comes a moment after its texts.
  await page.locator('.line-insert').first().waitFor()
  await shoot('history')
}

async function pictureNewRoute(page, open, shoot) {
  await open('/routes/new')
  await page.getByRole('radio', { name: /^Mirror everything/ }).check()
  await page.getByRole('button', { name: 'Mirror GET and HEAD only' }).waitFor()
  await typeAtEnd(page, '          weigth: 1')
  await page.getByText('unknown field').first().waitFor()
  await shoot('problems')
  await page.getByRole('button', { name: 'Discard' }).click()
  await typeAtEnd(page, '        - name: ')
  const offered = page.getByRole('listbox', { name: 'Suggest' }).getByLabel(/^backend, port 3000/)
  while ((await offered.count()) === 0) {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Space')
    await offered.waitFor({ timeout: 2_000 }).catch(() => undefined)
  }
  await page.getByText('Checking…').waitFor({ state: 'hidden' })
  await shoot('completion')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Discard' }).click()
  await open('/routes/new?template=split-mirror&form=1')
  await page.getByRole('group', { name: 'Mirror 1' }).waitFor()
  await page.getByRole('status', { name: 'Validation' }).getByText('warning').waitFor()
  await shoot('form')
}

async function pictureSimulator(page, open, shoot) {
  await open(`${ROUTE}?explain=1`)
  const region = page.getByRole('region', { name: 'Which rule takes this request?' })
  await region.getByLabel('Path and query').fill('/checkout/pay')
  await region.getByRole('button', { name: 'Find the rule' }).click()
  await region.getByRole('button', { name: 'Send it for real' }).click()
  await region.getByText(/^As foretold/).waitFor()
  await region.getByRole('table', { name: 'Where it goes' }).scrollIntoViewIfNeeded()
  await shoot('simulator')
}

async function pictureReview(page, open, shoot, url) {
  await open(`${ROUTE}?form=1`)
  await page.getByRole('group', { name: 'Mirror 1' }).getByLabel('Percent').fill('50')
  await page.getByRole('button', { name: 'Review' }).click()
  const review = page.getByRole('dialog', { name: 'Review changes' })
  await review.getByRole('button', { name: 'Apply' }).waitFor()
  await review.getByRole('region').first().waitFor()
  await shoot('review')
  await page.keyboard.press('Escape')
  await changeElsewhere(page, url)
  await page.getByRole('button', { name: 'Merge…' }).click()
  await page.getByRole('dialog', { name: 'Merge into your draft' }).waitFor()
  await shoot('merge')
  await page.keyboard.press('Escape')
}

/** Another hand on the same route: the share that the draft changes too, and a hostname. */
async function changeElsewhere(page, url) {
  const address = `${url}/api/objects/httproutes/default/checkout`
  const object = await (await page.request.get(address)).json()
  object.spec.hostnames = ['shop.example', 'www.shop.example']
  object.spec.rules[0].filters[0].requestMirror.percent = 30
  const { managedFields: _, ...metadata } = object.metadata
  const manifest = JSON.stringify({ ...object, metadata, status: undefined })
  const data = { manifest, action: 'apply' }
  const response = await page.request.post(`${url}/api/manifests`, { data })
  if (!response.ok())
    throw new Error(`The change answered ${response.status()}: ${await response.text()}`)
}

async function typeAtEnd(page, text) {
  await page.getByRole('textbox', { name: EDITOR }).focus()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText(text)
}
