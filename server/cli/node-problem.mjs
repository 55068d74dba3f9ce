/** The oldest Node that Mirrorboard runs on; package.json's `engines` says the same. */
const NODE_LEAST = [20, 9]

/** Why this Node cannot run Mirrorboard, as one sentence, or null. `version` is as in process.version. */
export function nodeProblem(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  if (major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1])) return null
  return `Node ${NODE_LEAST.join('.')} or newer is needed and this is ${version}; install a newer Node.`
}
