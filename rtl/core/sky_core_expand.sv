// Compressed decoder: one of 16 bits becomes the one of 32 bits that does the same; others pass. Combinational.
//
// Hints become what they are encoded as, which then writes x0. Reserved encodings, and those of extensions that the core
// does not have, raise illegal_o.
module sky_core_expand (
  input  logic [31:0] insn_i,
  output logic [31:0] insn_o,
  output logic        illegal_o
);

  localparam logic [6:0] OpLoad   = 7'h03;
  localparam logic [6:0] OpImm    = 7'h13;
  localparam logic [6:0] OpStore  = 7'h23;
  localparam logic [6:0] OpReg    = 7'h33;
  localparam logic [6:0] OpLui    = 7'h37;
  localparam logic [6:0] OpBranch = 7'h63;
  localparam logic [6:0] OpJalr   = 7'h67;
  localparam logic [6:0] OpJal    = 7'h6F;

  logic [15:0] c;
  logic [4:0] rd, rs2, rd_short, rs1_short, rs2_short;
  assign c         = insn_i[15:0];
  assign rd        = c[11:7];
  assign rs2       = c[6:2];
  assign rs1_short = {2'b01, c[9:7]};
  assign rd_short  = rs1_short;
  assign rs2_short = {2'b01, c[4:2]};

  // Immediates, by the instructions that have them.
  logic [11:0] imm_addi, imm_addi4spn, imm_addi16sp, imm_lw, imm_lwsp, imm_swsp;
  logic [20:1] imm_jump;
  logic [12:1] imm_branch;
  assign imm_addi     = {{7{c[12]}}, c[6:2]};
  assign imm_addi4spn = {2'b0, c[10:7], c[12:11], c[5], c[6], 2'b0};
  assign imm_addi16sp = {{3{c[12]}}, c[4:3], c[5], c[2], c[6], 4'b0};
  assign imm_lw       = {5'b0, c[5], c[12:10], c[6], 2'b0};
  assign imm_lwsp     = {4'b0, c[3:2], c[12], c[6:4], 2'b0};
  assign imm_swsp     = {4'b0, c[8:7], c[12:9], 2'b0};
  assign imm_jump     = {{10{c[12]}}, c[8], c[10:9], c[6], c[7], c[2], c[11], c[5:3]};
  assign imm_branch   = {{5{c[12]}}, c[6:5], c[2], c[11:10], c[4:3]};

  always_comb begin
    insn_o    = insn_i;
    illegal_o = 1'b0;
    unique case ({c[1:0], c[15:13]})
      {2'b00, 3'b000}: begin  // c.addi4spn
        insn_o    = {imm_addi4spn, 5'd2, 3'b000, rs2_short, OpImm};
        illegal_o = c[12:5] == 8'd0;
      end
      {2'b00, 3'b010}: insn_o = {imm_lw, rs1_short, 3'b010, rs2_short, OpLoad};                          // c.lw
      {2'b00, 3'b110}: insn_o = {imm_lw[11:5], rs2_short, rs1_short, 3'b010, imm_lw[4:0], OpStore};      // c.sw
      {2'b01, 3'b000}: insn_o = {imm_addi, rd, 3'b000, rd, OpImm};                                       // c.addi
      {2'b01, 3'b001}: insn_o = {imm_jump[20], imm_jump[10:1], imm_jump[11], imm_jump[19:12], 5'd1, OpJal};  // c.jal
      {2'b01, 3'b010}: insn_o = {imm_addi, 5'd0, 3'b000, rd, OpImm};                                     // c.li
      {2'b01, 3'b011}: begin  // c.addi16sp, c.lui
        if (rd == 5'd2) insn_o = {imm_addi16sp, 5'd2, 3'b000, 5'd2, OpImm};
        else insn_o = {{15{c[12]}}, c[6:2], rd, OpLui};
        illegal_o = {c[12], c[6:2]} == 6'd0;
      end
      {2'b01, 3'b100}: begin
        unique case (c[11:10])
          2'b00, 2'b01: begin  // c.srli, c.srai
            insn_o    = {1'b0, c[10], 5'b0, c[6:2], rd_short, 3'b101, rd_short, OpImm};
            illegal_o = c[12];
          end
          2'b10: insn_o = {imm_addi, rd_short, 3'b111, rd_short, OpImm};  // c.andi
          default: begin  // c.sub, c.xor, c.or, c.and
            unique case (c[6:5])
              2'b00:   insn_o = {7'h20, rs2_short, rd_short, 3'b000, rd_short, OpReg};
              2'b01:   insn_o = {7'h00, rs2_short, rd_short, 3'b100, rd_short, OpReg};
              2'b10:   insn_o = {7'h00, rs2_short, rd_short, 3'b110, rd_short, OpReg};
              default: insn_o = {7'h00, rs2_short, rd_short, 3'b111, rd_short, OpReg};
            endcase
            illegal_o = c[12];
          end
        endcase
      end
      {2'b01, 3'b101}: insn_o = {imm_jump[20], imm_jump[10:1], imm_jump[11], imm_jump[19:12], 5'd0, OpJal};  // c.j
      {2'b01, 3'b110}, {2'b01, 3'b111}:  // c.beqz, c.bnez
        insn_o = {imm_branch[12], imm_branch[10:5], 5'd0, rs1_short, 2'b00, c[13], imm_branch[4:1], imm_branch[11],
                  OpBranch};
      {2'b10, 3'b000}: begin  // c.slli
        insn_o    = {7'h00, c[6:2], rd, 3'b001, rd, OpImm};
        illegal_o = c[12];
      end
      {2'b10, 3'b010}: begin  // c.lwsp
        insn_o    = {imm_lwsp, 5'd2, 3'b010, rd, OpLoad};
        illegal_o = rd == 5'd0;
      end
      {2'b10, 3'b100}: begin
        if (rs2 != 5'd0) begin  // c.mv, c.add
          insn_o = {7'h00, rs2, c[12] ? rd : 5'd0, 3'b000, rd, OpReg};
        end else if (rd != 5'd0) begin  // c.jr, c.jalr
          insn_o = {12'd0, rd, 3'b000, 4'd0, c[12], OpJalr};
        end else begin  // c.ebreak
          insn_o    = 32'h0010_0073;
          illegal_o = !c[12];
        end
      end
      {2'b10, 3'b110}: insn_o = {imm_swsp[11:5], rs2, 5'd2, 3'b010, imm_swsp[4:0], OpStore};  // c.swsp
      default: illegal_o = c[1:0] != 2'b11;
    endcase
  end

endmodule
