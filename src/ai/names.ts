/** Of what a text about a machine speaks; the word after one of them is likely the name of one. */
const NOUN = /^(?:containers?|postgres(?:ql)?|ollama|gpus?|databases?|models?|hosts?)$/i

/** Words after such a noun that name nothing. */
const NO_NAME = new Set(
  (
    'a about above after again all alone already also always an and any are as at because been before being below ' +
    'both but by can cannot could did do does down during each either else ever every first for from full had has ' +
    'have here how however idle if in inside instead into is it itself its just last later less like may might ' +
    'more most must near need needs neither never no none nor not nothing now of off on once one only onto or ' +
    'other out outside over per rather run runs should since so some soon still such than that the their them ' +
    'themselves then there therefore these they this those though through thus to together too twice under unless ' +
    'until up upon via was well were what when where whether which while who whose why will with within without ' +
    'would yet you your ' +
    'alive answer answers appear appears begin begins crash crashes die dies end ends exit exits expect expects ' +
    'fail fails fill fills find finds fit fits get gets give gives go goes grow grows hold holds keep keeps lack ' +
    'lacks leave leaves listen listens look looks lose loses make makes miss misses offer offers open opens read ' +
    'reads reach reaches refuse refuses report reports respond responds restart restarts serve serves set sets ' +
    'show shows sit sits spend spends stand stands start starts stay stays stop stops take takes tell tells try ' +
    'tries turn turns use uses wait waits want wants work works write writes got kept lost ran shut took went ' +
    'busy healthy unhealthy ready idle available affected missing running waiting writing reading using ' +
    'address cache configuration connection connections context cores count crash data driver drivers engine file ' +
    'files image images instance layers limit limits load log logs memory name names pool process processes ' +
    'queries query runtime server servers service setting settings size state storage system table tables ' +
    'temperature time usage utilisation utilization version volume volumes weights'
  ).split(' '),
)

/** Capitalised words that claim nothing. */
const COMMON = /^(?:CPU|GPU|RAM|API|UI|SQL|OOM|IO|SSD|PostgreSQL|Postgres|Ollama|Docker|Linux|OK)s?$/

const ROMAN = /^(?=[IVXLCDM]{2})M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/

const SHELL =
  /^(?:rm|sudo|su|kubectl|curl|wget|chmod|chown|dd|mkfs|killall|pkill|systemctl|apt|apt-get|yum|dnf|psql|DROP|DELETE|TRUNCATE|ALTER|GRANT|UPDATE|INSERT)$/
const SUBCOMMAND =
  /^(?:system|rm|rmi|run|exec|stop|start|restart|kill|compose|volume|network|prune|update|pull|push|build|logs|ps|inspect|stats)$/

type Word = { raw: string; word: string; endsPhrase: boolean }

/** What the word at a place names, if anything: to be looked up in the report. */
export function nameAt(words: readonly Word[], index: number): string | null {
  const { word } = words[index] as Word
  const before = words[index - 1]
  if (ROMAN.test(word) || isIdentifier(word)) return word
  if (SHELL.test(word)) return word
  const next = words[index + 1]?.word ?? ''
  if (word === 'docker' && SUBCOMMAND.test(next)) return `${word} ${next}`
  if (word === 'kill' && /^(?:-|\$|%)/.test(next)) return `${word} ${next}`
  if (!before || before.endsPhrase || !/^\p{L}[\p{L}-]+$/u.test(word)) return null
  if (NO_NAME.has(word.toLowerCase()) || COMMON.test(word)) return null
  if (NOUN.test(before.word)) return /(?:ed|ly)$/.test(word) || NOUN.test(word) ? null : word
  return /^\p{Lu}/u.test(word) ? word : null
}

/** Words that are no prose: `shared_buffers`, `api-1`, `/etc/hosts`, `--force`, `somebody@example`. */
const isIdentifier = (word: string): boolean =>
  /\p{N}|_/u.test(word) ||
  /^\/\w/.test(word) ||
  /^--?\p{L}/u.test(word) ||
  /[\p{L}]@[\p{L}]/u.test(word) ||
  (/[\p{L}]\.[\p{L}]/u.test(word) && !/^(?:e\.g|i\.e)$/i.test(word))
