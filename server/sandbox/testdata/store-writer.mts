/** Writes until it is killed and reports what was acknowledged. Run by store.test.ts. */
import { openDurableLog } from '../durable-log'
import { Store } from '../store'

const [directory = '', round = '0'] = process.argv.slice(2)
const opened = openDurableLog(directory)
if (!opened.ok) throw new Error(opened.message)
const silent = () => undefined
const store = new Store(opened.log, { debug: silent, info: silent, warn: silent, error: silent })

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i += 1) {
    const name = `w${writer}-${i % 50}`
    const value = String(Number(round) * 1_000_000 + i)
    const outcome = await store.put('/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { value },
    })
    if (!outcome.ok) throw new Error(outcome.error.message)
    const version = Number(outcome.value.metadata['resourceVersion'])
    process.send?.({ name, value, version })
  }
}

await Promise.all([0, 1, 2, 3].map(write))
