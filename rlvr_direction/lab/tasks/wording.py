"""The words of the worded task: who, what, how a problem is told, and thirty ways to open a step."""

__all__ = ["LEADS", "NAMES", "OPENERS", "TAILS", "THINGS", "VOCABULARY"]

_NAMES = """
ada alan alice amir ana anton asha astrid ben boris carla chen clara dana david dina elena eli emma erik eva fatima
felix finn fred gita greta hana hans hugo ida igor ines iris ivan jack jan jin joan jonas julia karim kai kate kenji
lara lars lea leo lily lin lola luca lucy maja marco maria max maya mei mila milo mira nadia nina noah nora olga omar
oscar otto paul pedro pia ravi rita robin rosa ruth sam sara sofia stella sven tara theo tim tina tom uma vera victor
walter wei yara yusuf zoe
"""
_THINGS = """
acorns almonds apples apricots badges bags balls bananas baskets beads beans bells bees berries bikes birds blocks
boats books boots bottles bowls boxes bricks brushes buckets buns buttons cakes candles cards carrots cats chairs
cherries coats coins combs cookies corks crayons crowns cups dates desks dolls doors drums ducks eggs fans feathers
figs flags flowers forks frogs games geese gloves goats grapes hats hens hooks horses jars jewels keys kites knives
ladders lamps leeks lemons letters limes maps marbles masks melons mugs nails needles nuts olives onions oranges owls
pans papers peaches pearls pears peas pencils pens photos pins pipes plates plums pots puzzles rabbits ribbons rings
ropes roses seeds shells shirts shoes socks spoons stamps stars sticks stones tables tickets tiles toys trees tulips
vases violins whistles
"""
NAMES, THINGS = tuple(_NAMES.split()), tuple(_THINGS.split())
LEADS = (
    "{name} has",
    "{name} counts",
    "{name} starts with",
    "suppose that {name} owns",
    "in a shop {name} finds",
    "this morning {name} had",
)
TAILS = (
    "{thing} . how many ?",
    "{thing} . what is left ?",
    "{thing} . how many are there ?",
    "{thing} . please count them ?",
)
OPENERS = (  # each is known by its first word, so that the choice is one token
    "now for the {thing}",
    "then {name} goes on and gets",
    "next in the row",
    "so we are left with",
    "first look at the front part",
    "after that there will be",
    "from here we can write",
    "let us count the {thing}",
    "we know that {name} holds",
    "going from left to right",
    "moving on with the {thing}",
    "looking at what is left",
    "taking the front of it",
    "keeping all the rest",
    "carry the rest along with",
    "this makes the {thing} of {name}",
    "here is what {name} has",
    "turning to the next part",
    "and so there are",
    "well that leaves {name} with",
    "okay {name} counts again",
    "with this part done",
    "having seen the front part",
    "given the {thing} so far",
    "since the rest is the same",
    "step by step for {name}",
    "once more for the {thing}",
    "continuing with what {name} had",
    "working through the row",
    "back to the count of {thing}",
)
MARKS = (", . : ?", "plus minus times", "one two check right undo answer")
_FIXED = sorted({word for text in (*LEADS, *TAILS, *OPENERS, *MARKS) for word in text.split() if word[0] != "{"})
VOCABULARY = (*map(str, range(100)), *_FIXED, *NAMES, *THINGS)
