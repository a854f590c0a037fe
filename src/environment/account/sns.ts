import {
  GetTopicAttributesCommand,
  paginateListSubscriptions,
  paginateListTopics,
  type SNSClient,
  type Subscription,
} from "@aws-sdk/client-sns";
import type { Described, Said } from "../described.js";
import { isUnknown, Unknown } from "../maybe.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import type { ReadRoom } from "./room.js";

const topicType = "AWS::SNS::Topic";
const subscriptionType = "AWS::SNS::Subscription";

/** Topics and who has subscribed to them. */
export const readTopics: ReadRoom = async (clients, reading) => {
  const client = await clients.sns();
  const [topics, subscriptions] = await Promise.all([
    reading.all("sns:ListTopics", [topicType], paginateListTopics({ client }, {}), (page) => page.Topics),
    reading.all(
      "sns:ListSubscriptions",
      [subscriptionType],
      paginateListSubscriptions({ client }, {}),
      (page) => page.Subscriptions,
    ),
  ]);
  const keys = await eachOf(topics, ({ TopicArn = "" }) => keyOf(client, reading, TopicArn));
  const why = reading.unexamined.find(({ type }) => type === subscriptionType)?.why;
  return {
    register: (names) => {
      for (const { TopicArn = "" } of topics) names.register({ type: topicType, physicalId: TopicArn });
      for (const subscription of subscriptions) names.register({ type: subscriptionType, physicalId: idOf(subscription) });
    },
    describe: (names) => [
      ...topics.map(({ TopicArn = "" }, index): Described => ({
        id: names.idOf(topicType, TopicArn),
        type: topicType,
        physicalId: TopicArn,
        properties: told({
          TopicName: TopicArn.replace(/^.*:/, ""),
          KmsMasterKeyId: refOf(keys[index], names),
          Subscription: why === undefined ? undefined : new Unknown(why),
        }),
      })),
      ...subscriptions.map((subscription) => describeSubscription(subscription, names)),
    ],
  };
};

/** Some types of answers have it as an empty text. */
async function keyOf(client: SNSClient, reading: Reading, TopicArn: string): Promise<Said | undefined> {
  const answer = await reading.one("sns:GetTopicAttributes", client.send(new GetTopicAttributesCommand({ TopicArn })));
  if (isUnknown(answer)) return answer;
  const key = answer?.Attributes?.["KmsMasterKeyId"];
  return key === "" ? undefined : key;
}

const refOf = (key: Said | undefined, names: Names): Said | undefined =>
  typeof key === "string" ? names.ref("AWS::KMS::Key", key) : key;

const isPending = ({ SubscriptionArn }: Subscription): boolean => SubscriptionArn?.startsWith("arn:") !== true;

/** One that nobody has confirmed yet has no ARN. */
const idOf = (subscription: Subscription): string =>
  isPending(subscription)
    ? [subscription.TopicArn, subscription.Protocol, subscription.Endpoint].join("/")
    : (subscription.SubscriptionArn ?? "");

const describeSubscription = (subscription: Subscription, names: Names): Described => ({
  id: names.idOf(subscriptionType, idOf(subscription)),
  type: subscriptionType,
  physicalId: idOf(subscription),
  properties: told({
    TopicArn: names.ref(topicType, subscription.TopicArn ?? ""),
    Protocol: subscription.Protocol,
    Endpoint: subscription.Endpoint,
  }),
  ...(isPending(subscription) ? { attributes: { PendingConfirmation: true } } : {}),
});
