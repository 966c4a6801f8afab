"""The names that gradients have, recorded from TensorFlow 1.15.5.

PYTHON_WITH_TF tests/recorded/gradient_names.py > tests/facts/gradient_names.json makes the record.
"""

import json

LOSSES = """
tf.matmul(a, w)
tf.nn.bias_add(tf.matmul(a, w), v)
tf.nn.relu(tf.matmul(a, w) + v)
tf.tanh(a * b)
tf.sigmoid(a - b)
a + v
a * v
a - v
a / b
a / v
tf.div_no_nan(a, b)
tf.square(a)
tf.sqrt(a)
tf.rsqrt(a)
tf.reciprocal(a)
tf.exp(a)
tf.log(a)
-a
tf.abs(a)
tf.sign(a)
tf.pow(a, b)
tf.maximum(a, b)
tf.minimum(a, v)
tf.nn.softplus(a)
tf.nn.softmax(a)
tf.nn.elu(a)
tf.reduce_sum(a, 0)
tf.reduce_sum(a)
tf.reduce_mean(a)
tf.reduce_mean(a, 1)
tf.transpose(a)
tf.reshape(a, [8])
tf.concat([a, b], 0)
tf.stack([a, b])
tf.unstack(a)
tf.split(a, 2, 1)
a[0]
tf.slice(a, [0, 1], [2, 1])
tf.gather(a, [1, 0])
tf.expand_dims(a, 0)
tf.squeeze(tf.expand_dims(a, 0))
tf.cast(a, tf.float64)
tf.identity(a)
tf.where(a > b, a, b)
tf.nn.l2_loss(a)
tf.squared_difference(a, b)
tf.add_n([a, b])
tf.matrix_diag(a)
tf.nn.sigmoid_cross_entropy_with_logits(labels=b, logits=a)
tf.nn.conv2d(image, kernel, [1, 1, 1, 1], "SAME")
tf.nn.max_pool(image, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.nn.avg_pool(image, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.image.resize_bilinear(image, [4, 4])
tf.nn.lrn(image)
""".strip().splitlines()


def names(tf, loss):
    """The names of the gradients of a loss with respect to all variables: plain ones, and those of an optimizer."""
    with tf.Graph().as_default():
        made = {
            name: tf.get_variable(name, shape)
            for name, shape in {
                "a": [2, 4],
                "b": [2, 4],
                "v": [4],
                "w": [4, 4],
                "image": [1, 6, 6, 2],
                "kernel": [2, 2, 2, 3],
            }.items()
        }
        loss = eval(loss, {"tf": tf, **made})
        variables = list(made.values())
        plain = [_name(g) for g in tf.gradients(loss, variables, name="plain")]
        if isinstance(loss, list):
            loss = tf.reduce_sum(tf.stack(loss))
        pairs = tf.train.GradientDescentOptimizer(1.0).compute_gradients(loss, variables)
        return {"plain": plain, "optimizer": [_name(g) for g, _ in pairs]}


def _name(gradient):
    return getattr(getattr(gradient, "values", gradient), "name", None)


if __name__ == "__main__":
    import tensorflow

    rows = [f"{json.dumps(loss)}: {json.dumps(names(tensorflow, loss))}" for loss in LOSSES]
    print("{\n" + ",\n".join(rows) + "\n}")
