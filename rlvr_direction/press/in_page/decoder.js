// The package's decoder in the page: the same noise, the same draws, the same interventions, one token at a time.

function logSoftmax(logits) {
  let top = -Infinity, total = 0;
  for (const value of logits) top = Math.max(top, value);
  for (const value of logits) total += Math.exp(value - top);
  const log = top + Math.log(total);
  return Float64Array.from(logits, (value) => value - log);
}

// Uniforms in [0, 1), one a position: NumPy's Philox4x64-10 with the seed as its key, counted by stream, sample and problem.
const WORD = (1n << 64n) - 1n;
function uniforms(stream, length, {seed, problem, sample = 0}) {
  const out = [];
  for (let block = 1n; out.length < length; block++) {
    let [a, b, c, d] = [block, BigInt(stream), BigInt(sample), BigInt(problem)];
    let key = BigInt(seed), other = 0n;
    for (let round = 0; round < 10; round++) {
      const p = 0xd2e7470ee14c6c93n * a, q = 0xca5a826395121157n * c;
      [a, b, c, d] = [(q >> 64n) ^ b ^ key, q & WORD, (p >> 64n) ^ d ^ other, p & WORD];
      key = (key + 0x9e3779b97f4a7c15n) & WORD;
      other = (other + 0xbb67ae8584caa73bn) & WORD;
    }
    for (const word of [a, b, c, d]) out.push(Number(word >> 11n) * 2 ** -53);
  }
  return out;
}

// What is really drawn from: the likeliest tokens that together reach top_p, as unnormalised probabilities.
function truncated(logp, topP) {
  const p = Float64Array.from(logp, Math.exp);
  if (topP >= 1) return p;
  const order = [...p.keys()].sort((i, j) => p[j] - p[i] || i - j);
  let mass = 0;
  for (const i of order) {
    const kept = mass < topP;
    mass += p[i];
    if (!kept) p[i] = 0;
  }
  return p;
}

// Inverse CDF in the order of token ids.
function draw(p, uniform) {
  let total = 0, sum = 0, last = 0;
  for (const value of p) total += value;
  for (let i = 0; i < p.length; i++) {
    if (!p[i]) continue;
    last = i;
    sum += p[i];
    if (sum > uniform * total) return i;
  }
  return last;
}

// pi_gamma, proportional to pi_rl^(1 + gamma) / pi_base^gamma.
const extrapolated = (base, rl, gamma) => (gamma ? logSoftmax(rl.map((v, i) => v + gamma * (v - base[i]))) : rl);

const entropy = (logp) => -logp.reduce((sum, v) => sum + Math.exp(v) * v, 0);
const kl = (p, q) => p.reduce((sum, v, i) => sum + Math.exp(v) * (v - q[i]), 0);

// Whether a token that the base proposes is to be replaced.
const CRITERIA = {
  nowhere: () => false,
  everywhere: () => true,
  delta_logp: ({base, rl, token, threshold}) => rl[token] - base[token] <= threshold,
  mirrored: ({base, rl, token, threshold}) => rl[token] - base[token] >= threshold,
  kl_rl_base: ({base, rl, threshold}) => kl(rl, base) >= threshold,
  entropy_base: ({base, threshold}) => entropy(base) >= threshold,
  random: ({uniform, threshold}) => uniform < threshold,
};

// Writes a response token by token. The base proposes; where the criterion fires, the token is drawn from pi_gamma.
function* write(pair, prompt, {criterion, threshold, gamma = 0, topP, limit, noise}) {
  const readers = [pair.base.start(), pair.rl.start()];
  const feed = (token) => readers.map((reader) => reader.feed(token));
  const [proposal, alternative, selection] = [0, 1, 2].map((stream) => uniforms(stream, limit, noise));
  let base, rl;
  for (const token of prompt) [base, rl] = feed(token);
  for (let t = 0; t < limit; t++) {
    const proposed = draw(truncated(base, topP), proposal[t]);
    const selected = CRITERIA[criterion]({base, rl, token: proposed, threshold, uniform: selection[t]});
    const acting = extrapolated(base, rl, gamma);
    const token = selected ? draw(truncated(acting, topP), alternative[t]) : proposed;
    yield {token, proposed, selected, base, rl, acting, delta: rl[proposed] - base[proposed]};
    if (token === pair.end || t + 1 === limit) return;
    [base, rl] = feed(token);
  }
}

function makePair({config, vocabulary, models}) {
  const Family = FAMILIES[config.model_type];
  const ids = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  return {
    base: new Family(config, models.base),
    rl: new Family(config, models.rl),
    end: config.eos_token_id,
    vocabulary,
    encode: (text) => [...text].map((character) => ids[character]),
  };
}
