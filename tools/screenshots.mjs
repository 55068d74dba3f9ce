/**
 * Takes the pictures of the README and of public/screenshots from a running Mirrorboard:
 * `node tools/screenshots.mjs [url] [data directory]`.
 * It applies a mirrored route with its backends, sends traffic for a while, and photographs the pages.
 */
import { mkdirSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { findChromium } from '../server/cli/chromium.mjs'
import { pictureAuthoring } from './authoring-pictures.mjs'
import { signIn } from './sign-in.mjs'

const url = process.argv[2] ?? 'http://127.0.0.1:3000'
const session = await signIn(process.argv[3] ?? '.mirrorboard')
const FOLDER = 'public/screenshots'
const TRAFFIC_SECONDS = 90

const echo = (name) => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 3000, targetPort: 3000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: default}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: ${name}
          image: gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e
          ports: [{containerPort: 3000}]
`

const ROUTE = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: checkout
  namespace: default
  annotations:
    mirrorboard.dev/comparison: '{"percent":100}'
    mirrorboard.dev/calibration: '{"id":"1","requests":100}'
spec:
  parentRefs:
    - name: eg
  hostnames:
    - shop.example
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /checkout
      filters:
        - type: RequestMirror
          requestMirror:
            backendRef:
              name: checkout-next
              port: 3000
            percent: 25
      backendRefs:
        - name: backend
          port: 3000
          weight: 9
        - name: checkout-canary
          port: 3000
          weight: 1
`

async function post(path, body) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: session.header },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

const manifest = [echo('checkout-next'), echo('checkout-canary'), ROUTE].join('')
await post('/api/manifests', { manifest, action: 'apply' })
for (const ratePerSecond of [20, 37]) {
  const request = { gateway: 'default/eg', host: 'shop.example', path: '/checkout/pay' }
  await post('/api/traffic', { ...request, ratePerSecond, durationSeconds: TRAFFIC_SECONDS })
}
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))
await wait(TRAFFIC_SECONDS - 30)

mkdirSync(FOLDER, { recursive: true })
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await chromium.launch({ executablePath: await findChromium(), args })
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1440, height: 900 } })
  await page.context().addCookies(session.cookies)
  await page.goto(`${url}/routes/default/checkout?range=1m`)
  await page.locator('[data-ready="true"]').waitFor()
  await page.getByText('The counts add up').first().waitFor()
  await wait(2)
  await page.screenshot({ path: `${FOLDER}/route-${colorScheme}.png` })
  await page.goto(`${url}/routes`)
  await page.getByRole('table', { name: 'Routes' }).getByText('checkout').first().waitFor()
  await wait(2)
  await page.screenshot({ path: `${FOLDER}/routes-${colorScheme}.png` })
  await page.goto(`${url}/routes/default/checkout/compare`)
  await page.getByText('Do not promote').waitFor()
  await page.screenshot({ path: `${FOLDER}/compare-${colorScheme}.png` })
  await page.close()
}
const page = await browser.newPage({ colorScheme: 'light', viewport: { width: 1440, height: 900 } })
await page.context().addCookies(session.cookies)
await pictureAuthoring(page, url, FOLDER)
await browser.close()
