// Decoder of an expanded instruction: what X does, its immediate, and which registers it reads and writes.
// Combinational. An illegal instruction reads and writes nothing; that a CSR does not exist is found in X.
module sky_core_decode (
  input  logic [31:0]            insn_i,
  input  logic                   illegal_i,  // or not there at all
  output sky_core_pkg::decoded_t decoded_o
);

  import sky_core_pkg::*;

  logic [2:0] funct3;
  logic [6:0] funct7;
  logic [4:0] rd, rs1, rs2;
  assign funct3 = insn_i[14:12];
  assign funct7 = insn_i[31:25];
  assign rd     = insn_i[11:7];
  assign rs1    = insn_i[19:15];
  assign rs2    = insn_i[24:20];

  logic [31:0] imm_i, imm_s, imm_b, imm_u, imm_j;
  assign imm_i = {{20{insn_i[31]}}, insn_i[31:20]};
  assign imm_s = {{20{insn_i[31]}}, insn_i[31:25], insn_i[11:7]};
  assign imm_b = {{20{insn_i[31]}}, insn_i[7], insn_i[30:25], insn_i[11:8], 1'b0};
  assign imm_u = {insn_i[31:12], 12'd0};
  assign imm_j = {{12{insn_i[31]}}, insn_i[19:12], insn_i[20], insn_i[30:21], 1'b0};

  function automatic alu_e alu_of(input logic [2:0] f3, input logic alternative);
    unique case (f3)
      3'b000:  return alternative ? AluSub : AluAdd;
      3'b001:  return AluSll;
      3'b010:  return AluSlt;
      3'b011:  return AluSltu;
      3'b100:  return AluXor;
      3'b101:  return alternative ? AluSra : AluSrl;
      3'b110:  return AluOr;
      default: return AluAnd;
    endcase
  endfunction

  logic legal, uses1, uses2, writes;
  always_comb begin
    decoded_o                   = '0;
    decoded_o.kind              = ClassAlu;
    decoded_o.alu               = AluAdd;
    decoded_o.first             = FirstRegister;
    decoded_o.second_immediate  = 1'b1;
    decoded_o.funct3            = funct3;
    decoded_o.immediate         = imm_i;
    decoded_o.operand_immediate = funct3[2];
    decoded_o.recommends        = insn_i[31:21] == HintImmediate && insn_i[19:0] == HintRest && !illegal_i;
    legal  = 1'b1;
    uses1  = 1'b0;
    uses2  = 1'b0;
    writes = 1'b0;
    unique case (insn_i[6:0])
      7'h37: begin  // lui
        decoded_o.first     = FirstZero;
        decoded_o.immediate = imm_u;
        writes = 1'b1;
      end
      7'h17: begin  // auipc
        decoded_o.first     = FirstPc;
        decoded_o.immediate = imm_u;
        writes = 1'b1;
      end
      7'h6F: begin  // jal
        decoded_o.kind      = ClassJal;
        decoded_o.immediate = imm_j;
        writes = 1'b1;
      end
      7'h67: begin  // jalr
        decoded_o.kind = ClassJalr;
        legal  = funct3 == 3'b000;
        uses1  = 1'b1;
        writes = 1'b1;
      end
      7'h63: begin  // branches
        decoded_o.kind      = ClassBranch;
        decoded_o.immediate = imm_b;
        legal = funct3[2:1] != 2'b01;
        uses1 = 1'b1;
        uses2 = 1'b1;
      end
      7'h03: begin  // loads
        decoded_o.kind = ClassLoad;
        legal  = funct3[1:0] != 2'b11 && funct3 != 3'b110;
        uses1  = 1'b1;
        writes = 1'b1;
      end
      7'h23: begin  // stores
        decoded_o.kind      = ClassStore;
        decoded_o.immediate = imm_s;
        legal = funct3 < 3'b011;
        uses1 = 1'b1;
        uses2 = 1'b1;
      end
      7'h13: begin  // with an immediate
        decoded_o.alu = alu_of(funct3, funct3 == 3'b101 && funct7[5]);
        if (funct3 == 3'b001) legal = funct7 == 7'h00;
        if (funct3 == 3'b101) legal = funct7 == 7'h00 || funct7 == 7'h20;
        uses1  = 1'b1;
        writes = 1'b1;
      end
      7'h33: begin  // between registers
        decoded_o.second_immediate = 1'b0;
        decoded_o.alu = alu_of(funct3, funct7[5]);
        if (funct7 == 7'h01) decoded_o.kind = funct3[2] ? ClassDiv : ClassMul;
        legal  = funct7 == 7'h00 || funct7 == 7'h01 || (funct7 == 7'h20 && (funct3 == 3'b000 || funct3 == 3'b101));
        uses1  = 1'b1;
        uses2  = 1'b1;
        writes = 1'b1;
      end
      7'h0F: begin  // fence, fence.i
        decoded_o.kind = funct3[0] ? ClassFenceI : ClassAlu;
        legal = funct3[2:1] == 2'b00;
      end
      7'h73: begin
        if (funct3 == 3'b000) begin
          unique case (insn_i)
            32'h0000_0073: decoded_o.kind = ClassEcall;
            32'h0010_0073: decoded_o.kind = ClassEbreak;
            32'h3020_0073: decoded_o.kind = ClassMret;
            32'h1050_0073: decoded_o.kind = ClassWfi;
            default:       legal = 1'b0;
          endcase
        end else begin
          decoded_o.kind      = ClassCsr;
          decoded_o.csr_write = funct3[1:0] == 2'b01 || rs1 != 5'd0;
          legal  = funct3[1:0] != 2'b00;
          uses1  = !funct3[2];
          writes = 1'b1;
        end
      end
      default: legal = 1'b0;
    endcase
    if (illegal_i || !legal) begin
      decoded_o.kind = ClassIllegal;
      uses1  = 1'b0;
      uses2  = 1'b0;
      writes = 1'b0;
    end
    decoded_o.read1 = uses1 && rs1 != 5'd0;
    decoded_o.read2 = uses2 && rs2 != 5'd0;
    decoded_o.write = writes && rd != 5'd0;
    decoded_o.rs1   = uses1 ? rs1 : 5'd0;
    decoded_o.rs2   = uses2 ? rs2 : 5'd0;
    decoded_o.rd    = writes ? rd : 5'd0;
  end

endmodule
