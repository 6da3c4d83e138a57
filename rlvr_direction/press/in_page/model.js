// A tiny transformer that reads one token at a time and keeps its keys and values: the shapes of GPT-2 and of Qwen3.

// Weights arrive as float16 in base64, one after another; `index` says where each begins and which shape it has.
function unpack({index, f16}) {
  const bytes = Uint8Array.from(atob(f16), (character) => character.charCodeAt(0));
  const halves = new Uint16Array(bytes.buffer);
  const all = Float32Array.from(halves, half);
  const size = (shape) => shape.reduce((a, b) => a * b, 1);
  return Object.fromEntries(
    Object.entries(index).map(([name, [start, shape]]) => [name, all.subarray(start, start + size(shape))]),
  );
}

function half(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}

// A matrix of `outputs` rows times a vector. Four sums at a time, because each waits for its own last addition only.
function linear(matrix, x, outputs, bias) {
  const out = new Float32Array(outputs);
  const n = x.length;
  for (let i = 0, o = 0; i < outputs; i++, o += n) {
    let a = 0, b = 0, c = 0, d = 0, j = 0;
    for (; j + 3 < n; j += 4) {
      a += matrix[o + j] * x[j];
      b += matrix[o + j + 1] * x[j + 1];
      c += matrix[o + j + 2] * x[j + 2];
      d += matrix[o + j + 3] * x[j + 3];
    }
    for (; j < n; j++) a += matrix[o + j] * x[j];
    out[i] = a + b + c + d + (bias ? bias[i] : 0);
  }
  return out;
}

function transpose(matrix, inputs) {
  const outputs = matrix.length / inputs;
  const out = new Float32Array(matrix.length);
  for (let j = 0; j < inputs; j++) for (let i = 0; i < outputs; i++) out[i * inputs + j] = matrix[j * outputs + i];
  return out;
}

function rmsNorm(x, weight, epsilon) {
  let squares = 0;
  for (const value of x) squares += value * value;
  const scale = 1 / Math.sqrt(squares / x.length + epsilon);
  return x.map((value, i) => value * scale * weight[i]);
}

function layerNorm(x, weight, bias, epsilon) {
  let mean = 0, variance = 0;
  for (const value of x) mean += value / x.length;
  for (const value of x) variance += (value - mean) ** 2 / x.length;
  const scale = 1 / Math.sqrt(variance + epsilon);
  return x.map((value, i) => (value - mean) * scale * weight[i] + bias[i]);
}

const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = (x) => x / (1 + Math.exp(-x));
const add = (x, y) => x.map((value, i) => value + y[i]);

// Every head looks back at all keys so far. `keys` and `values` hold one vector a position, all heads side by side.
function attend(query, keys, values, heads) {
  const width = query.length / heads;
  const out = new Float32Array(query.length);
  const weight = new Float64Array(keys.length);
  for (let start = 0; start < query.length; start += width) {
    let top = -Infinity, total = 0;
    for (let t = 0; t < keys.length; t++) {
      let score = 0;
      for (let i = start; i < start + width; i++) score += query[i] * keys[t][i];
      weight[t] = score / Math.sqrt(width);
      top = Math.max(top, weight[t]);
    }
    for (let t = 0; t < keys.length; t++) total += weight[t] = Math.exp(weight[t] - top);
    for (let t = 0; t < keys.length; t++)
      for (let i = start; i < start + width; i++) out[i] += (weight[t] / total) * values[t][i];
  }
  return out;
}

class Model {
  constructor(config, packed) {
    this.config = config;
    this.weights = unpack(packed);
    this.layers = config.num_hidden_layers || config.n_layer;
    this.heads = config.num_attention_heads || config.n_head;
    this.width = config.hidden_size || config.n_embd;
  }

  // A reader with the same weights and a memory of its own.
  start() {
    const cache = Array.from({length: this.layers}, () => ({keys: [], values: []}));
    return Object.assign(Object.create(this), {cache});
  }

  get position() {
    return this.cache[0].keys.length;
  }

  // Reads a token; returns the log-probabilities (nats) of the next one.
  feed(token) {
    return logSoftmax(this.logits(token));
  }

  remember(layer, key, value) {
    this.cache[layer].keys.push(key);
    this.cache[layer].values.push(value);
    return this.cache[layer];
  }
}

class GPT2 extends Model {
  constructor(config, packed) {
    super(config, packed);
    for (const name in this.weights) // stored as (inputs, outputs), unlike every other matrix
      if (/c_(attn|proj|fc)\.weight$/.test(name)) {
        const inputs = name.endsWith("mlp.c_proj.weight") ? 4 * this.width : this.width;
        this.weights[name] = transpose(this.weights[name], inputs);
      }
  }

  logits(token) {
    const {weights: w, width, config} = this;
    const row = (table, i) => w[`transformer.${table}.weight`].subarray(i * width, (i + 1) * width);
    const norm = (x, name) => layerNorm(x, w[name + ".weight"], w[name + ".bias"], config.layer_norm_epsilon);
    const dense = (x, name, n) => linear(w[name + ".weight"], x, n, w[name + ".bias"]);
    let x = add(row("wte", token), row("wpe", this.position));
    for (let layer = 0; layer < this.layers; layer++) {
      const block = `transformer.h.${layer}.`;
      const qkv = dense(norm(x, block + "ln_1"), block + "attn.c_attn", 3 * width);
      const seen = this.remember(layer, qkv.slice(width, 2 * width), qkv.slice(2 * width));
      const read = attend(qkv.subarray(0, width), seen.keys, seen.values, this.heads);
      x = add(x, dense(read, block + "attn.c_proj", width));
      const hidden = dense(norm(x, block + "ln_2"), block + "mlp.c_fc", 4 * width).map(gelu);
      x = add(x, dense(hidden, block + "mlp.c_proj", width));
    }
    return linear(w["lm_head.weight"] || w["transformer.wte.weight"], norm(x, "transformer.ln_f"), config.vocab_size);
  }
}

class Qwen3 extends Model {
  logits(token) {
    const {weights: w, width, config} = this;
    const embedding = w["model.embed_tokens.weight"];
    const inner = this.heads * config.head_dim;
    const norm = (x, name) => rmsNorm(x, w[name + ".weight"], config.rms_norm_eps);
    const dense = (x, name, n) => linear(w[name + ".weight"], x, n);
    let x = embedding.slice(token * width, (token + 1) * width);
    for (let layer = 0; layer < this.layers; layer++) {
      const block = `model.layers.${layer}.`, attention = block + "self_attn.", mlp = block + "mlp.";
      const into = norm(x, block + "input_layernorm");
      const turned = (name) => this.turn(dense(into, `${attention}${name}_proj`, inner), `${attention}${name}_norm`);
      const query = turned("q");
      const seen = this.remember(layer, turned("k"), dense(into, attention + "v_proj", inner));
      x = add(x, dense(attend(query, seen.keys, seen.values, this.heads), attention + "o_proj", width));
      const between = norm(x, block + "post_attention_layernorm");
      const gate = dense(between, mlp + "gate_proj", config.intermediate_size).map(silu);
      const up = dense(between, mlp + "up_proj", config.intermediate_size);
      x = add(x, dense(up.map((value, i) => value * gate[i]), mlp + "down_proj", width));
    }
    return linear(w["lm_head.weight"] || embedding, norm(x, "model.norm"), config.vocab_size);
  }

  // Normalises each head, then turns its pairs of numbers by angles that grow with the position (rotary embedding).
  turn(x, name) {
    const {head_dim: d, rms_norm_eps: epsilon, rope_parameters: {rope_theta: theta}} = this.config;
    const out = new Float32Array(x.length), position = this.position;
    for (let start = 0; start < x.length; start += d) {
      const head = rmsNorm(x.subarray(start, start + d), this.weights[name + ".weight"], epsilon);
      for (let i = 0; i < d / 2; i++) {
        const angle = position * theta ** ((-2 * i) / d);
        const [low, high, cos, sin] = [head[i], head[i + d / 2], Math.cos(angle), Math.sin(angle)];
        out[start + i] = low * cos - high * sin;
        out[start + i + d / 2] = high * cos + low * sin;
      }
    }
    return out;
  }
}

const FAMILIES = {gpt2: GPT2, qwen3: Qwen3};
