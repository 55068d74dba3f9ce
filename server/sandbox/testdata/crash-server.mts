/** An API server that crash.test.ts kills: no TLS, no controllers of workloads. Prints its URL once it is ready. */
import { startSandbox } from '../sandbox'

const [dataDirectory = '', token = ''] = process.argv.slice(2)
const silent = () => undefined
const sandbox = await startSandbox({
  dataDirectory,
  token,
  port: 0,
  logger: { debug: silent, info: silent, warn: silent, error: silent },
})
process.send?.(sandbox.url)
