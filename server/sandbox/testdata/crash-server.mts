/** An API server that crash.test.ts kills: no TLS, no controllers of workloads. Prints its URL once it is ready. */
import { BUILTIN_KINDS } from '../kinds/core/builtin-kinds'
import { startSandboxServer } from '../http/sandbox-server'

const [dataDirectory = '', token = ''] = process.argv.slice(2)
const silent = () => undefined
const server = await startSandboxServer({
  dataDirectory,
  token,
  port: 0,
  builtinKinds: BUILTIN_KINDS,
  logger: { debug: silent, info: silent, warn: silent, error: silent },
})
process.send?.(server.url)
