/**
 * The entry of every npm script. It imports nothing a very old Node lacks, so that such a Node gets as far as being told
 * that it is too old.
 */
import { nodeProblem } from './node-problem.mjs'

const problem = nodeProblem(process.version)
if (problem === null) {
  import('./commands.mjs')
    .then(({ runCommand }) => runCommand(process.argv.slice(2)))
    .catch((error) => fail(error.message))
} else {
  fail(problem)
}

function fail(sentence) {
  console.error(`mirrorboard: ${sentence}`)
  process.exit(1)
}
