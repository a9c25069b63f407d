// Calls what @cdktf/hcl2json registered, once the module is running, and prints what came back as JSON.
//
// Runs in the module's own world, with `await` at the top level, under Node (node.js) and gopherix (--js-main) alike.

const registered = globalThis.__parse_terraform_config_wasm__;

/** Calls a registered function, whose last argument is a callback `(error, result)`. */
function call(name, ...args) {
  return new Promise((resolve) => {
    registered[name](...args, (error, result) => resolve(error ? { error: String(error) } : { result }));
  });
}

const inputs = {
  "empty.tf": "",
  "simple.tf": 'variable "region" {\n  default = "eu-central-1"\n}\n',
  "nested.tf": `
resource "aws_instance" "web" {
  count         = 2
  ami           = data.aws_ami.ubuntu.id
  instance_type = var.big ? "m5.large" : "t3.micro"
  tags = {
    Name  = "web-\${count.index}"
    Grüße = "schön 📌 <&>"
  }
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 1e2
  }
  ebs_block_device {
    device_name = "/dev/sdc"
    volume_size = 12.5
    encrypted   = true
  }
  lifecycle {
    ignore_changes = [tags["Name"], ami]
  }
}
`,
  "heredoc.tf": 'locals {\n  script = <<-EOT\n    #!/bin/sh\n      echo "$HOME" %{ if true }yes%{ endif }\n  EOT\n}\n',
  "functions.tf":
    'output "all" {\n  value = { for k, v in var.map : upper(k) => [for x in v : x * 2 if x != null]... }\n}\n',
  "unclosed.tf": 'resource "a" "b" {\n  x = 1\n',
  "garbage.tf": "= = 5 \u0000\n",
  "twice.tf": "x = 1\nx = 2\n",
  "large.tf": Array.from({ length: 400 }, (_, i) => `output "o${i}" {\n  value = "${"x".repeat(i)}"\n}\n`).join(""),
};

/** A long result as a checksum: Node loses what does not fit into a pipe when the process exits. */
function brief(text) {
  if (text.length < 4000) return text;
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return `${text.length} UTF-16 units, sum ${sum}`;
}

console.log(JSON.stringify(Object.keys(registered).sort()));
for (const [name, text] of Object.entries(inputs)) {
  console.log(brief(JSON.stringify([name, await call("parse", name, text)])));
}
for (const expression of ['"${aws_vpc.main.id}-${1 + 2}"', '"plain"', '"${"', '"${f(a, [1, {b = c}])}"']) {
  for (const name of ["getExpressionAst", "parseExpression"]) {
    console.log(brief(JSON.stringify([name, expression, await call(name, "expression.tf", expression)])));
  }
}
// Many at once: their callbacks come back out of Go's scheduler.
const many = await Promise.all(Array.from({ length: 50 }, (_, i) => call("parse", `${i}.tf`, `a${i} = ${i}\n`)));
console.log(JSON.stringify(many.map(({ result }) => JSON.parse(result))));
console.log("done");
process.exit(0);
