# Two VPCs with everything that Sandtable's networks have, for test/journeys/terraform.test.ts. Left out, because the provider sleeps
# ten seconds after each, whoever answers: DNS host names, and public addresses at launch.

terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region = "eu-west-3"
  default_tags { tags = { project = "witness" } }
}
data "aws_availability_zones" "here" { state = "available" }
data "aws_region" "here" {}
data "aws_caller_identity" "me" {}

resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.here.names[count.index]
}
resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 10 + count.index)
  availability_zone = data.aws_availability_zones.here.names[count.index]
}
resource "aws_internet_gateway" "out" { vpc_id = aws_vpc.main.id }
resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.out]
}
resource "aws_nat_gateway" "nat" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public[0].id
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.out.id
  }
}
resource "aws_route_table" "private" { vpc_id = aws_vpc.main.id }
resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat.id
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}
resource "aws_main_route_table_association" "main" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.private.id
}
resource "aws_ec2_managed_prefix_list" "office" {
  name           = "office"
  address_family = "IPv4"
  max_entries    = 3
  entry {
    cidr        = "198.18.5.0/24"
    description = "desk"
  }
}
resource "aws_security_group" "web" {
  name        = "web"
  description = "from everywhere"
  vpc_id      = aws_vpc.main.id
  ingress {
    description = "http"
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    protocol    = "icmp"
    from_port   = 8
    to_port     = 0
    cidr_blocks = ["10.20.0.0/16", "10.30.0.0/16"]
  }
  ingress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    prefix_list_ids = [aws_ec2_managed_prefix_list.office.id]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  name_prefix = "db-"
  vpc_id      = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "db_from_web" {
  security_group_id            = aws_security_group.db.id
  referenced_security_group_id = aws_security_group.web.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  description                  = "from the web"
}
resource "aws_vpc_security_group_egress_rule" "db" {
  security_group_id = aws_security_group.db.id
  cidr_ipv4         = "10.20.0.0/16"
  ip_protocol       = "-1"
}
resource "aws_security_group_rule" "old_form" {
  type                     = "ingress"
  security_group_id        = aws_security_group.db.id
  source_security_group_id = aws_security_group.peer.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
  depends_on               = [aws_vpc_peering_connection_accepter.peer]
}
resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = aws_subnet.private[*].id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "10.0.0.0/8"
    from_port  = 0
    to_port    = 65535
  }
  ingress {
    rule_no    = 110
    action     = "deny"
    protocol   = "icmp"
    cidr_block = "0.0.0.0/0"
    icmp_type  = 8
    icmp_code  = -1
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
resource "aws_network_acl_rule" "extra" {
  network_acl_id = aws_network_acl.other.id
  rule_number    = 200
  rule_action    = "allow"
  egress         = false
  protocol       = "udp"
  cidr_block     = "10.0.0.0/8"
  from_port      = 53
  to_port        = 53
}
resource "aws_network_acl" "other" { vpc_id = aws_vpc.main.id }
resource "aws_vpc" "peer" { cidr_block = "10.30.0.0/16" }
resource "aws_subnet" "peer" {
  vpc_id     = aws_vpc.peer.id
  cidr_block = "10.30.1.0/24"
}
resource "aws_security_group" "peer" {
  name   = "peer"
  vpc_id = aws_vpc.peer.id
}
resource "aws_vpc_peering_connection" "peer" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.peer.id
}
resource "aws_vpc_peering_connection_accepter" "peer" {
  vpc_peering_connection_id = aws_vpc_peering_connection.peer.id
  auto_accept               = true
}
resource "aws_route" "to_peer" {
  route_table_id            = aws_route_table.private.id
  destination_cidr_block    = aws_vpc.peer.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.peer.id
}
resource "aws_route" "from_peer" {
  route_table_id            = aws_vpc.peer.main_route_table_id
  destination_cidr_block    = aws_vpc.main.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.peer.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-3.s3"
  route_table_ids = [aws_route_table.private.id]
}
resource "aws_vpc_dhcp_options" "own" {
  domain_name         = "witness.internal"
  domain_name_servers = ["AmazonProvidedDNS"]
}
resource "aws_vpc_dhcp_options_association" "own" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.own.id
}
resource "aws_network_interface" "own" {
  subnet_id       = aws_subnet.public[1].id
  description     = "an end to talk from"
  security_groups = [aws_security_group.web.id]
  private_ips     = ["10.20.1.10", "10.20.1.11"]
}
resource "aws_eip" "own" {
  domain                    = "vpc"
  network_interface         = aws_network_interface.own.id
  associate_with_private_ip = "10.20.1.11"
  depends_on                = [aws_internet_gateway.out]
}
resource "aws_default_security_group" "closed" { vpc_id = aws_vpc.main.id }
resource "aws_default_network_acl" "main" {
  default_network_acl_id = aws_vpc.main.default_network_acl_id
  subnet_ids             = aws_subnet.public[*].id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_db_parameter_group" "tuned" {
  name   = "tuned"
  family = "postgres15"
  parameter {
    name  = "work_mem"
    value = "5000"
  }
  parameter {
    name         = "max_connections"
    value        = "LEAST({DBInstanceClassMemory/9531392},50)"
    apply_method = "pending-reboot"
  }
}

resource "aws_rds_cluster_parameter_group" "tuned" {
  name        = "tuned"
  family      = "mariadb10.11"
  description = "of clusters to come"
  parameter {
    name  = "slow_query_log"
    value = "1"
  }
}
