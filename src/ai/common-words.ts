/**
 * Words that name nothing on a machine and claim no trouble of it: what a sentence is built of. Every other word has to
 * stand in the report, in this form or another: so nothing can be invented, whatever it is called and wherever in a
 * sentence it stands. What runs on machines and what goes wrong there has no place in this list.
 */
const GRAMMAR = `
a about above according across after afterwards again against ago all almost alone along already also although always
am among an and another any anybody anymore anyone anything anyway anywhere apart are aren't around as aside at away
back be because been before beforehand behind being below beneath beside besides between beyond both but by can can't
cannot come could couldn't despite did didn't do does doesn't doing don't done down due during each either else
elsewhere enough even ever every everybody everyone everything everywhere except far few for from further furthermore
had hadn't has hasn't have haven't having he hence her here him his how however i if in indeed inside instead into is
isn't it its itself just last lately later latter least less let likewise little lot lots many may maybe me meanwhile
might mine more moreover most mostly much must my namely near nearby nearly neither never nevertheless next no nobody
none nonetheless nor not nothing now nowhere of off often on once one ones only onto opposite or other others
otherwise ought our ours out outside over own per perhaps quite rather really regarding respectively same say self
several shall she should shouldn't since so some somebody somehow someone something sometimes somewhat somewhere soon
still such than that the their theirs them themselves then there thereby therefore these they thing this those though
through throughout thus till to together too toward towards twice under unless unlike until up upon us usually very
via was wasn't we well were weren't what whatever when whenever where whereas whether which while who whoever whole
whom whose why will with within without won't would wouldn't yes yet you your first second third fourth fifth sixth
half quarter double twofold threefold zero two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
thousand million billion dozen couple pair thrice triple quadruple tenth ninth eighth seventh
`

const ACTING = `
tune crash die loop collect gather sample
worsen deteriorate recover climb jump decline double halve sink soar surge plunge
accept account achieve act add address advise affect agree aim allow amount answer appear apply approach approve arise
ask attempt avoid base bear became become began begin begun behave believe belong bind bound break bring broke broken
brought built call came carry catch cause change check choose chose chosen claim clear close combine compare complete
comprise concern confirm connect consider consist consume contain continue contribute cope correct correspond count
cover cross cut deal decide depend derive describe determine differ draw drawn drew drive driven drop ease eat eaten
enable end enlarge ensure equal exceed exclude exist exit expect explain express extend face fail fall fallen feel
fell felt fill find finish fit fix flag follow force form fought found free gain gave get give given go gone got grew
grow grown halt handle hang happen heard held help hidden hinder hit hold hope imply improve include increase indicate
inform inspect intend investigate involve join judge keep kept knew know known lack laid lain lay lead lean leave led
left lie lift like limit list live look lose lost lower lying made make manage mark match matter mean meant measure
meet mend mention merit met mind miss mount move name need note notice observe obtain occupy occur offer open operate
originate outweigh overshoot paid pass pay permit pick place plan point possess post prefer prepare present prevent
proceed produce prompt propose prove provide put raise ran range rank rate reach read rebuild recommend record reduce
refer refuse regard relate release rely remain remedy remember remove repeat replace report represent require reserve
resolve respond rest restore result return reveal review rise risen rose rule run said sat save saw see seem seen sent
serve set settle share shift show showed shown shrink shut sit slept solve sought spare speak spend spent split spoke
spoken sprang spread stand start state stay stem step stood stop store struck struggle stuck succeed suffer suggest
suit sum supply support surpass surround swung take taken talk tell tend think thought tied told took torn total touch
trace track treat tried trigger try turn undershoot understand understood use vary verify wait want warn waste watch
weigh went woke work worn worry write written wrote yield
`

const DESCRIBING = `
able abrupt absent absolutely acceptable accordingly active actively actual actually acute additional additionally
adequate afterward altogether ample apparent apparently applied appropriate approximate approximately automatically
available average aware bad bare barely basic basically best better big bigger brief briefly broad busy calm careful
certain certainly cheap chiefly clearly closely cold comfortable common completely concrete considerably consistent
consistently constant constantly continually continuous critical current currently daily dead decisive deep default
definite deliberately different difficult direct directly early easily easy effective effectively empty entire
entirely especially essential essentially eventually evident evidently exact exactly excessive existing explicit extra
extreme fair fairly familiar fast fatal final finally fine firstly following former fortunately frequent frequently
fresh full fully fundamental general generally generous gentle gently good gradual gradually great greater greatly
hard hardly harmful harmless healthy heavily heavy helpful high highest highly historic hopefully hot hourly huge idle
immediate immediately important importantly impossible inactive incomplete increasingly indefinitely independent
individual initial instantly intact intense key large largely largest lasting lastly late latest light lightly likely
local long longer loose low lowest main mainly major manual marginal marginally massive maximum merely mild minimal
minimum minor missing moderate moderately modest narrow native natural naturally necessarily necessary negative new
newly nominal normal normally notably noticeable obvious obviously occasional occasionally odd old ordinary original
originally overall overly partial particular partly past permanent permanently persistent persistently plain plainly
plausible pleasant plenty poor possible possibly potential potentially practically precise precisely presently
pressing presumably previous previously primarily primary prime principally prior probable probably promptly proper
properly purely quick quickly quiet quietly rapid rapidly rare rarely raw readily ready real reasonable recent
recently regular regularly related relative relatively relevant reliable remaining repeated repeatedly responsible
right robust rough roughly round safe sane scarce scarcely secondary secondly seemingly sensible separate separately
serious seriously severe severely sharp sharply short shortly shy sick significantly similar similarly simple simply
simultaneously single slight slightly slow slowly small smooth sole solely solid special specific specifically stable
steadily steady stock straightforward strange strict strictly strong strongly subsequently substantially successfully
sudden suddenly sufficient sufficiently suitable sure surprising temporarily temporary thirdly tight tightly tiny top
totally troubled true truly typical typically ultimately unable unaffected unavailable unchanged unclear unfortunately
unhealthy unimportant unknown unlikely unlimited unnecessary unreachable unset unsure unused unusual unusually upper
urgent urgently usable useful useless usual vast virtually vital wasteful weak wide widely widespread worse worst
worth wrong
`

const THINGS = `
severity root startup launch cap ability absence action advice afternoon approx area aspect attention balance basis beginning behavior behaviour bit
bottleneck bottom build bulk burden byte bytes ca capacity care case ceiling celsius chance choice circa circumstance
clue combination command comparison complaint compose computer conclusion condition config configuration connection
connections consequence consumer consumption container containers contrast core cost course cpu cpus culprit cycle
data database databases day days decision degree degrees demand detail diagnosis difference difficulty direction disk
disks distance e.g edge effect effort engine environment error etc evidence example exception excess expectation
experience explanation extent eye fact factor failure figure file files filesystem finding focus footprint fraction
front gap gb gib gibibyte gigabyte goal gpu gpus ground group hand head headroom history host hour hours i.e idea
image images impact impression improvement indication information instance interest issue item job kb kib kibibyte
kilobyte kind level line lines load log log-in logging login logs machine majority margin mb measurement mebibyte
megabyte member memory message mib minority minute minutes model models moment month morning ms nature night number
object occasion ok okay operator option order origin outcome output overview package parameter part party pattern peak
people percent percentage period person picture piece pm pool portion position possibility presence pressure priority
problem process processor processors program programme programs proof proportion purpose quantity queries query
question ram ratio reading reason recommendation relation remainder remark reminder request requirement resource
response responsibility restart restarts reverse risk role room runner-up scale score scoreboard seconds section sense
sentence series server service services setting setup side sign signing situation size software sort source space span
speed spot stage standard statement status stretch summary surprise symptom system table target task tb team tendency
term test threshold tib time today topic trend trouble type unit uptime urgency usage user utc utilisation utilization
value variable variation verdict version view vs watt watts way week weeks word working year
`

/** A word and what it may be a form of: "stopped" of "stop", "using" of "use", "queries" of "query". */
function formsOf(word: string): string[] {
  const plain = word.toLowerCase().replace(/['’]s?$/, '')
  const forms = [plain]
  for (const ending of ['s', 'es', 'd', 'ed', 'ing', 'ly']) {
    if (!plain.endsWith(ending) || plain.length - ending.length < 2) continue
    const stem = plain.slice(0, -ending.length)
    forms.push(stem, `${stem}e`)
    if (/([^aeiou])\1$/.test(stem)) forms.push(stem.slice(0, -1))
    if (stem.endsWith('i')) forms.push(`${stem.slice(0, -1)}y`)
  }
  return forms
}

const listed = (words: string): string[] => words.split(/\s+/).filter((word) => word !== '')

/** "larger", "smallest", "busier", "hotter". Only of adjectives: a worker is more than what works. */
const compared = (word: string): string[] => {
  const stem = word.replace(/y$/, 'i').replace(/e$/, '')
  return [stem, `${stem}${stem.at(-1)}`].flatMap((each) => [`${each}er`, `${each}est`])
}

const COMMON = new Set([
  ...listed(`${GRAMMAR} ${ACTING} ${THINGS}`),
  ...listed(DESCRIBING).flatMap((word) => [word, ...compared(word)]),
])

/** Every word of a text, and what each may be a form of. */
export const wordsIn = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/\p{L}[\p{L}'’]*(?:-\p{L}[\p{L}'’]*)*/gu)].flatMap(([word]) =>
      [word.toLowerCase(), ...word.split('-')].flatMap(formsOf),
    ),
  )

/** What makes one word of two that are common: "long-term", "read-only". Any other may be somebody's name. */
const JOINS =
  /^(?:non|re|pre|un|self|long|short|well|ill|high|low|half|full|real|so|over|under|up|down|day|two|three|four|five|six|one|first|second|last|new|near|worst|best)-|-(?:based|related|wide|like|term|hand|to|in|out|up|down|level|day|hour|minute|second|week|free|full|known|only|sized|time|of|off|core|specific|bound|tuned|running|made|fold)$/i

/** The first word of a text that is neither common nor, in whatever form, among the `known` ones. */
export function unknownWordIn(text: string, known: ReadonlySet<string>): string | null {
  const isKnown = (word: string) =>
    word.length < 2 || formsOf(word).some((form) => COMMON.has(form) || known.has(form))
  for (const [word] of text.matchAll(/\p{L}[\p{L}'’]*(?:-\p{L}[\p{L}'’]*)*/gu)) {
    const isJoined = word.includes('-') && !JOINS.test(word) && !known.has(word.toLowerCase())
    if (isJoined || !word.split('-').every(isKnown)) return word
  }
  return null
}
