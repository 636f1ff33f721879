import { chunksOf } from './chunks.ts'

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
    'add adds allows amounts builds comes consumes contains costs counts draws eats exceeds explains handles happens helps ' +
    'means meets moves occupies owns passes performs relies remains rises saves says seems sends suffers totals wastes ' +
    'busy healthy unhealthy ready idle available affected missing running waiting writing reading using ' +
    'address cache configuration connection connections context cores count crash data driver drivers engine file ' +
    'files image images instance layers limit limits load log logs memory name names pool process processes ' +
    'queries query runtime server servers service setting settings size state storage system table tables ' +
    'temperature time usage utilisation utilization version volume volumes weights'
  ).split(' '),
)

/** Capitalised words that claim nothing. */
const COMMON =
  /^(?:CPU|GPU|RAM|API|UI|SQL|OOM|IO|SSD|PostgreSQL|Postgres|Ollama|Docker|Linux|OK|UTC|GMT|MiB|GiB|I|No|Yes)s?$/

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
  if (before && /^[A-Z]{3,}$/.test(word) && !COMMON.test(word)) return word
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

/** What stands before "container" and describes it. */
const DESCRIBES =
  /(?<!fe|se|emb)ed$|(?:ful|able|ible|less|er than)$|(?<!ing|dig|requ|t|qu|for|harv)est$|^(?:running|crashing|failing|remaining|restarting|looping|waiting|missing|following|existing|using|having|idling|starting|stopping|leaking|containing|empty|heavy|busy|healthy|unhealthy|noisy|ready|every|only|any|many|very|primary|secondary|temporary|necessary|additional|critical|normal|several|individual|external|internal|original|final|virtual|general|active|inactive|native|massive|specific|public|generic|various|previous|numerous|dangerous|serious|latter|former|the|a|an|this|that|these|those|its|their|our|your|my|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth|last|next|each|every|all|both|any|some|no|other|another|same|single|only|many|few|several|most|more|of|which|what|down|up|idle|slow|fast|new|old|web|main|local|small|large|big|own|whole|entire|bare|free|full|sick|bad|good|wrong|right|in|on|for|per|by|with|and|or|from|to|as|at|is|are|has|have|was|were|than|like|unlike|that|if|when|while|because|since|so|but|then|yet|per|gpu|cpu|ml|ai|database|web|api|docker|language|worst|best|top|process|machine|host|sql|http|system|cache|memory|disk|under|without|within|between|against|about|over|after|before|until|during|into|out|off|not|also|still|just|less|fewer|stop|start|restart|run|give|keep|let|make|see|check|watch|measure|limit|raise|lower|stock|test|real|healthy|unhealthy|stopped|compose)$/i

const KIND = /^(?:containers?|services?|databases?|models?|servers?)$/i

/** Verbs of which the object is a thing on the machine. */
const ACTS_ON =
  /^(?:restart|stop|start|scale|upgrade|downgrade|install|uninstall|remove|delete|kill|recreate|redeploy|rebuild|pull|unload|disable|enable|drop|truncate|reboot|reinstall)$/i

/** Words that may follow one of them, or begin a sentence in lower case, and name nothing. */
const COMMON_OBJECT =
  /(?:ed|ing|ly|ness|ment|tion|sion|ity|ance|ence|ages?)$|^(?:it|them|this|that|the|a|an|its|one|all|both|each|any|every|some|more|less|to|with|at|by|from|again|first|then|now|over|up|down|on|off|in|out|as|and|or|nothing|everything|something|memory|disk|cpu|gpu|gpus|ram|swap|load|traffic|logs?|restarts?|containers?|services?|databases?|models?|queries|connections?|processes?|packages?|images?|files?|limits?|times?|people|users?|who|what|which|when|where|how|until|before|after|if|once|without|only|just|is|are|was|were|will|would|can|could|should|may|might|reading|readings|findings?|problems?|docker|postgres|postgresql|ollama|because|since|while|for|of|about|e\.g|i\.e)$/i

/** Verbs of which the subject, where a sentence begins with it in lower case, is a thing on the machine. */
const DOES =
  /^(?:is|was|has|had|uses|runs|ran|needs|takes|fails|failed|restarts|restarted|crashes|crashed|stops|stopped|holds|keeps|answers|waits|exits|exited|consumes|shows|grows|grew|dies|died|cannot|does|did|reports|serves|lacks|leaks|eats|hangs|refuses|loops|exceeds|reached|reaches|and|or|alone|itself)$/i

const isPlain = (word: string): boolean => COMMON_OBJECT.test(word) || NO_NAME.has(word.toLowerCase())

/** What is set has a name. */
const SETS =
  /^(?:set|setting|raise|raising|lower|lowering|change|changing|option|parameter|flag|variable|increase|increasing|decrease|decreasing|tune|tuning|adjust)$/i

const INSTALLER = /^(?:pip3?|npm|apt|apt-get|yum|dnf|brew|apk|gem|cargo|go|uv|poetry)$/

/**
 * Names that are words like others, where only what stands around them tells: "the payments container", "restart
 * billing", "scheduler is down". To be looked up in the report as well.
 */
export function bareNamesIn(text: string): string[] {
  const words = chunksOf(text)
  return words.flatMap(({ word }, index) => {
    if (!/^\p{L}[\p{L}-]+$/u.test(word)) return []
    const [before, next] = [words[index - 1], words[index + 1]]
    const ends = words[index]?.endsPhrase ?? false
    if (next && !ends && KIND.test(next.word) && !DESCRIBES.test(word) && !NO_NAME.has(word.toLowerCase())) {
      return COMMON.test(word) ? [] : [word]
    }
    const isFirst = index === 0 || /[.!?]["'”’)]*$/.test(before?.raw ?? '')
    if (before && !before.endsPhrase && ACTS_ON.test(before.word) && isFirstOrAnd(words, index - 1)) {
      return isPlain(word) ? [] : [word]
    }
    if (before && !before.endsPhrase && SETS.test(before.word)) {
      return isPlain(word) ? [] : [word]
    }
    if (
      INSTALLER.test(word) &&
      /^(?:install|add|remove|upgrade)$/.test(next?.word ?? '') &&
      words[index + 2]
    ) {
      return [`${word} ${next?.word} ${words[index + 2]?.word}`]
    }
    if (isFirst && /^\p{Ll}/u.test(word) && next && !ends && DOES.test(next.word)) {
      return isPlain(word) ? [] : [word]
    }
    return []
  })
}

/** An imperative begins its sentence, or its part of it. */
function isFirstOrAnd(words: readonly { word: string; endsPhrase: boolean }[], index: number): boolean {
  const before = words[index - 1]
  return (
    !before ||
    before.endsPhrase ||
    /^(?:and|then|or|first|to|must|should|please|now|also|next|by)$/i.test(before.word)
  )
}
